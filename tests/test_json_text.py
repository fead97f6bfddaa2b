"""JSON of any sender: long numbers, and faults in words that no version of Python changes."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.json_text import JsonError, decode_string, decode_value, loads, skip_space

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_was_written_is_read(value: Any) -> None:
    text = json.dumps(value)
    assert loads(text) == loads(text.encode()) == loads(f"\ufeff {text}\n") == value


@given(VALUES, st.data())
def test_half_a_text_is_none(value: Any, data: st.DataObject) -> None:
    text = json.dumps([value])
    with pytest.raises(JsonError):
        loads(text[: data.draw(st.integers(0, len(text) - 1))])


@pytest.mark.parametrize("digits", [5_000, 100_000])
@pytest.mark.parametrize(
    ("form", "expected"), [("{}", math.inf), ("-{}", -math.inf), ("1e{}", math.nan), ("0.{}", math.nan)]
)
def test_a_number_of_any_length_is_one_value_that_is_no_figure(digits: int, form: str, expected: float) -> None:
    """The case of a number of 5,000 digits: what stands beside it is read."""
    found = loads('{"long": ' + form.format("9" * digits) + ', "other": 7}')
    assert found["other"] == 7
    assert found["long"] == pytest.approx(expected, nan_ok=True)


def test_the_longest_numbers_that_are_read_are_exact() -> None:
    assert loads(f"[{'9' * 400}, -{'9' * 399}]") == [10**400 - 1, 1 - 10**399]


@pytest.mark.parametrize(
    ("text", "message", "at_end"),
    [
        ("", "line 1, column 1: the text ends too early", True),
        ('{"a":\n  [1, 2', "line 2, column 8: the text ends too early", True),
        ('["abc', "line 1, column 2: a string that never closes", True),
        ('{"a": 1,\n}', "line 2, column 1: a comma before '}'", False),
        ("[1, ]", "line 1, column 5: a comma before ']'", False),
        ("[1 2]", "line 1, column 4: '2' cannot stand here", False),
        ("[]]", "line 1, column 3: text after the end", False),
        ('["\t"]', "line 1, column 3: a control character in a string, which may lack its closing quote", False),
        ('["\\x"]', "line 1, column 3: an escape that JSON does not have", False),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(text: str, message: str, *, at_end: bool) -> None:
    with pytest.raises(JsonError) as caught:
        loads(text)
    assert (str(caught.value), caught.value.at_end) == (message, at_end)


def test_parts_of_a_text_are_read_by_their_place() -> None:
    text = '  {"a\\"b" : [1, {}] }'
    key, end = decode_string(text, text.index('"'))
    assert key == 'a"b'
    value, end = decode_value(text, text.index("["))
    assert (value, text[skip_space(text, end)]) == ([1, {}], "}")
    with pytest.raises(JsonError, match="'1' cannot stand here"):
        decode_string("1", 0)
