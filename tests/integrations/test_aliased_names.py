"""Attribution by alias (rule 2b)."""

from __future__ import annotations

from fnmatch import fnmatchcase

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.catalogue.aliases import Aliases, bundled_aliases, parse_aliases
from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.aliased_names import pattern_of
from horde_model_reference.integrations.attribution import attribute_names
from horde_model_reference.integrations.data_merger import aliases_without_target
from horde_model_reference.integrations.name_steps import name_rules

MODELS = ["Northwind/Harbor-3B", "Northwind/Harbor-8B", "other/Harbor-8B", "Straße/Café-7B"]


def aliases_of(**models: str) -> Aliases:
    return parse_aliases(
        "\n".join(["[models]", *(f"'{name}' = '{model}'" for name, model in models.items())]).encode(), "f"
    )


def attributed(
    names: list[str], aliases: Aliases, models: list[str] = MODELS
) -> dict[str, tuple[str, str | None, str | None]]:
    """Return outcome, model and alias of each name."""
    reported = pl.LazyFrame({"api_name": pl.Series(names, dtype=pl.String)})
    found = attribute_names(reported, pl.Series(models), name_rules(HordeModelType.TEXT), aliases).collect()
    rows = found.select("api_name", "outcome", "model_index", "alias").iter_rows()
    return {name: (outcome, None if at is None else models[at], alias) for name, outcome, at, alias in rows}


def test_rule_2b_an_alias_wins_over_the_rules() -> None:
    aliases = aliases_of(**{
        "ollama/harbor:3b": MODELS[0],
        "koboldcpp/Harbor-8B": MODELS[1],
        "aphrodite/*Harbor-8B*": MODELS[2],
        "CAFE\u0301": MODELS[3],
    })  # fmt: skip
    expected: dict[str, tuple[str, str | None, str | None]] = {
        "ollama/harbor:3b": ("attributed", MODELS[0], "f line 2"),
        "koboldcpp/Harbor-8B": ("attributed", MODELS[1], "f line 3"),
        "koboldcpp/Harbor-8B-Q4_0": ("ambiguous", None, None),
        "aphrodite/x-Harbor-8B-y": ("attributed", MODELS[2], "f line 4"),
        " CAFÉ ": ("attributed", MODELS[3], "f line 5"),
        "z": ("unattributed", None, None),
    }
    assert attributed([*expected], aliases) == expected


def test_rule_2b_an_alias_without_target_decides_nothing_and_is_warned_of() -> None:
    aliases = aliases_of(**{"Harbor-3B": "Northwind/Harbour-3B"})
    assert attributed(["Harbor-3B"], aliases) == {"Harbor-3B": ("attributed", MODELS[0], None)}
    (warning,) = aliases_without_target(aliases, pl.Series(MODELS))
    assert warning.code == "alias_target_unknown"
    assert warning.message == "f line 2: the alias 'Harbor-3B' names no model: 'Northwind/Harbour-3B'."


def test_bundled_aliases_are_silent_about_models_that_are_not_there() -> None:
    assert list(aliases_without_target(bundled_aliases(), pl.Series(MODELS))) == []


def test_many_globs_are_compared_as_one_at_a_time() -> None:
    aliases = aliases_of(**{f"x{at}-*": MODELS[at % 2] for at in range(400)})
    names = [f"x{at}-y" for at in range(500)]
    found = attributed(names, aliases)
    assert [found[name][1] for name in names] == [MODELS[at % 2] if at < 400 else None for at in range(500)]


GLOBS = st.text("ab[]!*?-.\\^$ é", min_size=1, max_size=8)


@given(GLOBS, st.text("ab[]!*?-.\\^$ é\n", max_size=8))
def test_the_pattern_of_a_glob_matches_whatever_the_glob_does(glob: str, name: str) -> None:
    matched = pl.Series([name]).str.contains(f"^(?:{pattern_of(glob)})$").item()
    assert matched or not fnmatchcase(name, glob)


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_bundled_aliases_find_real_names(name: str) -> None:
    alias = bundled_aliases().of_name(f"koboldcpp/Skyfall-31B-v4y-Q{name}")
    assert alias is not None
    assert alias.target == "TheDrummer/Skyfall-31B-v4.2"
