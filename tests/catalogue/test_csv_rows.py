"""The rows of a CSV catalogue, each with its place in the text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.catalogue.csv_rows import csv_rows
from horde_model_reference.errors import CatalogueFormatError

HEADER = "name,parameters_bn\n"
CELL = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=8)


@given(st.lists(CELL.filter(lambda name: name.strip() == name), max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_each_row_is_its_part_of_the_text(names: list[str], end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows([["name", "parameters_bn"], *([name, 7] for name in names)])
    content = text.getvalue()
    records = csv_rows(content, "models.csv").records
    assert [record.name for record in records] == names
    assert content[len(HEADER) - 1 + len(end) :] == "".join(content[record.start : record.end] for record in records)


def test_an_open_quote_swallows_lines_and_names_them() -> None:
    """Rule 11: a cell with a line break means an unclosed quote."""
    (record,) = csv_rows(f'{HEADER}"a,7\nb,8\nc",9\n', "models.csv").records
    assert (record.name, record.lines, record.swallowed) == ("a", (2, 4), ("b", "c"))
    assert record.entry is not None
    with pytest.raises(ValueError, match="lines 2 to 4 are lost"):
        record.entry()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nothing\n", "no header"),
        ("name,parameters_bn,name\n", "stands there twice"),
        (f'{HEADER}"a,7\n', "a quote that never closes"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(CatalogueFormatError, match=rf"models\.csv, line \d: .*{fault}"):
        csv_rows(text, "models.csv")
