"""Limits on values and nesting, counted in steps and never beside the truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from horde_model_reference.body_limits import STEP, BodyLimitError, BodyLimits, check_csv, check_json

HARD = st.text(st.sampled_from('"\\[]{},:a\né'), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | HARD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HARD, inner, max_size=4),
    max_leaves=20,
)


def values_in(value: Any) -> int:
    inner: Iterator[Any] = iter(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
    return 1 + sum(map(values_in, inner))


def depth_of(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(depth_of, value.values() if isinstance(value, dict) else value), default=0)


def accepts(content: bytes, **limits: int) -> bool:
    try:
        check_json(content, BodyLimits(**limits))
    except BodyLimitError:
        return False
    return True


@given(VALUES, st.booleans(), st.integers(0, 12))
@example(["\\" * 7, '"', ["]"]], False, 3)
def test_nesting_is_measured_exactly_and_values_at_most_twice(value: Any, ascii_only: bool, before: int) -> None:
    """Strings hold brackets, quotes and backslashes, and begin and end at any place of a step."""
    text = (" " * (STEP - before) + json.dumps(value, ensure_ascii=ascii_only)).encode()
    depth, values = max(1, depth_of(value)), values_in(value)
    assert accepts(text, max_depth=depth)
    assert depth == 1 or not accepts(text, max_depth=depth - 1)
    assert accepts(text, max_entries=2 * values)
    assert values == 1 or not accepts(text, max_entries=(values - 1) // 2 or 1) or values < 3


@pytest.mark.parametrize("bomb", [b"[{},", b'{"a":', b"[[],", b'"","",', b"1,"])
def test_what_would_become_many_objects_is_refused(bomb: bytes) -> None:
    with pytest.raises(BodyLimitError, match=r"the limit is the setting HORDE_MODEL_REFERENCE_BODY_LIMITS__MAX_\w+$"):
        check_json(b"[" + bomb * 1_100_000, BodyLimits())


def test_long_texts_and_numbers_are_single_values() -> None:
    content = b'{"a": "' + b'[{,\\"' * 10**6 + b'", "b": ' + b"9" * 10**6 + b"}"
    check_json(content, BodyLimits(max_entries=3, max_depth=1))


@pytest.mark.parametrize("separator", [b",", b"\n", b"\r\n"])
def test_the_cells_of_a_csv_file_are_counted(separator: bytes) -> None:
    check_csv(b"a,b" + separator * 10, BodyLimits(max_entries=21))
    with pytest.raises(BodyLimitError, match="more than 9 cells; the limit is the setting"):
        check_csv(b"a,b" + separator * 10, BodyLimits(max_entries=9))
