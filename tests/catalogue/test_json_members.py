"""The members of a JSON catalogue, each with its place in the text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.catalogue.json_members import json_members
from horde_model_reference.errors import CatalogueFormatError


@given(
    st.dictionaries(st.text(max_size=6), st.dictionaries(st.text(max_size=4), st.integers(), max_size=2), max_size=5),
    st.sampled_from([None, 0, 2]),
    st.sampled_from(["", "\ufeff"]),
)
def test_each_member_is_its_part_of_the_text(models: dict[str, dict[str, int]], indent: int | None, mark: str) -> None:
    text = mark + json.dumps(models, indent=indent)
    found = json_members(text, "models.json").records
    assert [record.name for record in found] == list(models)
    for record in found:
        assert json.loads("{" + text[record.start : record.end] + "}") == {record.name: models[record.name]}


def test_lines_are_those_of_the_file() -> None:
    text = json.dumps({"a": {"x": 1}, "b": {}}, indent=1)
    assert [record.lines for record in json_members(text, "models.json").records] == [(2, 4), (5, 5)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"a": {}', "cut short"),
        ('{"a": {}} x', "text after the end"),
        ('{"a" {}}', "record 'a'"),
        ('{"a": {}, "b": nope}', "record 'b'"),
        ("[1]", "a JSON list"),
    ],
)
def test_a_text_that_is_no_object_is_refused_with_place_and_record(text: str, fault: str) -> None:
    with pytest.raises(CatalogueFormatError, match=r"models\.json, line 1") as refused:
        json_members(text, "models.json")
    assert fault in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize(("value", "kind"), [("null", "null"), ("1", "number"), ("[]", "list"), ('"x"', "string")])
def test_a_member_that_is_no_object_has_no_entry(value: str, kind: str) -> None:
    (record,) = json_members(f'{{"a": {value}}}', "models.json").records
    assert record.entry is not None
    with pytest.raises(TypeError, match=f"a {kind}, expected an object"):
        record.entry()
