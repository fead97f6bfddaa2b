"""Patterns of names."""

from __future__ import annotations

from fnmatch import fnmatchcase

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from horde_model_reference.curation.globs import matching
from tests.support.hostile_names import HOSTILE_NAMES

NAMES = st.text("ab-]!^[*?\\.\n é𝔘", max_size=6)


@given(NAMES, st.lists(NAMES, max_size=8))
@example("[!]]", ["]", "a"])
@example("[z-a]", ["z"])
@example("[!z-a]", ["z"])
@example("[a-", ["[a-"])
@example("[]", ["[]"])
@example("[]-a]", ["]", "^", "-"])
@example("[a-]", ["-"])
def test_the_rules_are_those_of_fnmatch(glob: str, names: list[str]) -> None:
    assert matching(pl.Series(names, dtype=pl.String), glob).to_list() == [n for n in names if fnmatchcase(n, glob)]


@pytest.mark.parametrize("name", HOSTILE_NAMES.values())
def test_a_name_without_signs_matches_itself(name: str) -> None:
    glob = "".join(f"[{char}]" if char in "*?[" else char for char in name)
    assert matching(pl.Series([name, f"{name}x", "x"]), glob).to_list() == [name]


def test_many_stars_take_no_longer_than_few() -> None:
    """A matcher that tries every way to part a name would not come to an end."""
    names = pl.Series(["a" * 5_000])
    assert matching(names, "*a" * 100 + "b").is_empty()
