"""Names as the history's tables store them (rule 13)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.history.tables import read, written

NAMES = st.text(st.sampled_from("a0\\\0"), max_size=8)


@given(NAMES)
def test_a_stored_name_holds_no_nul_and_is_read_as_it_was(name: str) -> None:
    assert "\0" not in written(name)
    assert read(written(name)) == name


@given(NAMES, NAMES)
def test_different_names_are_stored_differently(one: str, other: str) -> None:
    assert (written(one) == written(other)) is (one == other)
