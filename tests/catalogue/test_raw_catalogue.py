"""Positions and labels of records in a catalogue's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.catalogue.raw_catalogue import LineCounter, RawRecord, decode
from horde_model_reference.errors import CatalogueFormatError


@given(st.text("a\n", max_size=40), st.data())
def test_lines_are_counted_from_one_to_each_position(text: str, data: st.DataObject) -> None:
    lines = LineCounter(text)
    for at in sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5))):
        assert lines.line_of(at) == 1 + text[:at].count("\n")


@pytest.mark.parametrize(
    ("name", "lines", "label"),
    [
        ("a", (2, 2), "Record 'a' (line 2)"),
        ("a", (2, 4), "Record 'a' (lines 2 to 4)"),
        ("", (7, 7), "The record in line 7"),
    ],
)
def test_a_record_is_named_with_its_lines(name: str, lines: tuple[int, int], label: str) -> None:
    assert str(RawRecord(name, 0, 1, lines, None)) == label


def test_bytes_that_are_no_utf_8_are_refused_with_their_line() -> None:
    with pytest.raises(CatalogueFormatError, match=r"models\.csv, line 3: not UTF-8"):
        decode(b"a\nb\n\xff", "models.csv")
