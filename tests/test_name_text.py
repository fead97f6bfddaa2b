"""Names as text: one Unicode form, compared without case (rule 2a)."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.name_text import FOLDED, composed, folded, folded_names, spelled, with_unicode


@pytest.mark.parametrize(
    ("one", "other"),
    [("STRASSE", "Straße"), ("Café", "Cafe\u0301"), (" Name\t", "name"), ("ΣΑΣ", "σας")],
)
def test_names_that_differ_in_case_form_or_blanks_fold_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_composing_keeps_the_case() -> None:
    assert composed(" Cafe\u0301 ") == "Café"


@given(st.lists(st.one_of(st.none(), st.text(max_size=8)), min_size=1, max_size=6))
def test_columns_fold_as_single_names_do(names: list[str | None]) -> None:
    column = pl.Series("name", names, dtype=pl.String)
    expected = [None if name is None else folded(name) for name in names]
    assert folded_names(column).to_list() == expected
    frame = with_unicode(spelled(column.alias("text").to_frame().lazy(), "text").collect(), "text")
    assert frame["text" + FOLDED].to_list() == expected
    assert frame["text"].to_list() == [None if name is None else composed(name) for name in names]
