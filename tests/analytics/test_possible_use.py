"""Possible use (rule 2c): names of no model that could well be one's."""

from __future__ import annotations

import polars as pl
import pytest

from horde_model_reference.analytics.possible_use import MOST_NAMES, MOST_WORDS, possible_usage_month, possible_uses
from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.attribution import attribute_names
from horde_model_reference.integrations.name_steps import name_rules

MODELS = sorted(
    [
        "meta-llama/Llama-3.2-3B",
        "meta-llama/Llama-3.2-3B-Instruct",
        "meta-llama/Llama-3.2-1B",
        "KoboldAI/LLaMA2-13B-Tiefighter",
        "Northwind/Harbor-8B-v1.2",
        "Northwind/Harbor-8B",
        "Bramble/Nightjar-13B",
        "velvet-owl/Nightjar-13B",
        "coder/Pier-7B-heretic",
    ]
)


def possible(names: list[str], models: list[str] = MODELS) -> dict[str, list[str]]:
    """Return the models that each name could be."""
    reported = pl.LazyFrame({"api_name": names, "usage_month": range(1, len(names) + 1)})
    api_names = attribute_names(reported, pl.Series(models), name_rules(HordeModelType.TEXT)).collect()
    found: dict[str, list[str]] = {name: [] for name in names}
    pairs = possible_uses(api_names, pl.Series(models), by_words=True)
    assert pairs is not None
    for name, model in pairs.sort("model_index").iter_rows():
        found[names[name]].append(models[model])
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ollama/llama3.2:3b", ["meta-llama/Llama-3.2-3B", "meta-llama/Llama-3.2-3B-Instruct"]),  # base and size
        ("ollama/LLAMA-3.2:1b-q4_0", ["meta-llama/Llama-3.2-1B"]),
        ("KoboldCpp/Tiefighter-13B", ["KoboldAI/LLaMA2-13B-Tiefighter"]),  # all its words
        ("koboldcpp/tiefighter.13b-Q4_K_M.gguf", ["KoboldAI/LLaMA2-13B-Tiefighter"]),
        ("koboldcpp/my harbor-8b (private)", ["Northwind/Harbor-8B"]),  # all words of the model, in order
        ("koboldcpp/debug-Harbor-8B-v1.2-Q4_K_M", ["Northwind/Harbor-8B-v1.2"]),  # the longest
        ("8B-Harbor-x", []),  # not in order, and one word too many
        ("koboldcpp/Harbor-8B-heretic-x", []),  # other weights
        ("koboldcpp/my-Pier-7B-heretic", ["coder/Pier-7B-heretic"]),  # those of the model itself
        ("koboldcpp/x-Harbor-8B-v1.3", []),  # another version
        ("koboldcpp/x-Harbor-8B-2507", []),  # a date
        ("koboldcpp/x-Harbor-8B-70B", []),  # another size
        ("koboldcpp/Nightjar-13B", ["Bramble/Nightjar-13B", "velvet-owl/Nightjar-13B"]),  # ambiguous
        ("koboldcpp/Harbor-8B", []),  # attributed
        ("something-else", []),
        ("::::", []),
        ("", []),
    ],
)
def test_rule_2c_a_name_could_be(name: str, expected: list[str]) -> None:
    assert possible([name])[name] == expected
    assert possible([*dict.fromkeys([name, "other", "ollama/llama3.2:3b"])])[name] == expected, (
        "whatever else is reported"
    )


@pytest.mark.parametrize("name", ["koboldcpp/debug-STRASSE-7B", "debug-Cafe\u0301-7B"])
def test_rule_2c_names_are_compared_casefolded_in_one_unicode_form(name: str) -> None:
    assert len(possible([name], ["Bramble/Straße-7B", "Bramble/Café-7B"])[name]) == 1


def test_rule_2c_a_name_that_fits_very_many_models_tells_of_none() -> None:
    models = sorted(f"a/Wide-{at}x-7B" for at in range(150))
    assert possible(["koboldcpp/Wide-7B", "koboldcpp/Wide-17x"], models) == {
        "koboldcpp/Wide-7B": [],
        "koboldcpp/Wide-17x": ["a/Wide-17x-7B"],
    }


def test_rule_2c_hostile_names_stay_cheap() -> None:
    names = [f"{at}-" + "harbor-8b-llama-3.2-" * 15 for at in range(2000)]
    assert set(map(tuple, possible(names).values())) == {()}, f"more than {MOST_WORDS} words are no model's name"


def test_rule_2c_image_names_are_possible_uses_only_where_ambiguous() -> None:
    models = ["Deliberate", "deliberate", "Other"]
    reported = pl.LazyFrame({"api_name": ["DELIBERATE", "Other thing"], "usage_month": [3, 4]})
    api_names = attribute_names(reported, pl.Series(models), name_rules(HordeModelType.IMAGE)).collect()
    pairs = possible_uses(api_names, pl.Series(models), by_words=False)
    assert pairs is not None
    assert sorted(pairs.iter_rows()) == [(0, 0), (0, 1)]


def test_rule_2c_names_without_use_are_no_use_and_too_many_names_are_unknown() -> None:
    names = [f"x-Harbor-8B {at}" for at in range(MOST_NAMES + 2)]
    for used, expected in ((0, 0), (3, 3), (MOST_NAMES + 1, None)):
        months = [int(at < used) for at in range(len(names))]
        reported = pl.LazyFrame({"api_name": names, "usage_month": months})
        api_names = attribute_names(reported, pl.Series(MODELS), name_rules(HordeModelType.TEXT)).collect()
        pairs = possible_uses(api_names, pl.Series(MODELS), by_words=True)
        assert (None if pairs is None else pairs.height) == expected
    each = pl.Series(range(len(MODELS)))
    assert possible_usage_month(None, api_names, each, 9).to_list() == [None] * len(MODELS)


def test_possible_use_sums_each_name_once_and_is_unknown_where_a_part_is() -> None:
    pairs = pl.DataFrame(
        {"name_index": [0, 0, 1, 2], "model_index": [0, 1, 1, 3]},
        schema={"name_index": pl.UInt32, "model_index": pl.UInt32},
    )
    api_names = pl.DataFrame({"usage_month": [40, 2, None]}, schema={"usage_month": pl.Int64})
    each, together = pl.Series([0, 1, 2, 3]), pl.Series([0, 0, 1, 2])
    assert possible_usage_month(pairs, api_names, each, 9).to_list() == [40, 42, 0, None]
    assert possible_usage_month(pairs, api_names, together, 9).to_list() == [42, 0, None]
    assert possible_usage_month(pairs, api_names, each, None).to_list() == [None] * 4
    assert possible_usage_month(pairs.clear(), api_names, each, 9).to_list() == [0] * 4
