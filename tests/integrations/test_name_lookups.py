"""The look-ups of API names, strongest first (rules 2 and 2a)."""

from __future__ import annotations

import polars as pl
import pytest

from horde_model_reference.integrations.name_lookups import LOOKUPS, PLAIN_COUNT, first_lookup
from horde_model_reference.name_text import FOLDED, folded

CASES = [
    ("North/Harbor-8B", "North/Harbor-8B", "the full name"),
    ("north/harbor-8b", "North/Harbor-8B", "the full name, ignoring case"),
    ("hf.co/North/Harbor-8B", "North/Harbor-8B", "the full name"),
    ("/data/North/Harbor-8B", "North/Harbor-8B", "the author and the name at the end of the path"),
    ("other/Harbor-8B", "North/Harbor-8B", "the name without its author"),
    ("HARBOR-8B", "North/Harbor-8B", "the name without its author, ignoring case"),
    ("North_Harbor-8B", "North/Harbor-8B", "the author and the name, joined"),
    ("Harbor-8b-chat", "North/Harbor-8b-chat-hf", "the name without its ending '-hf'"),
    ("harbor-1_5b", "North/Harbor-1.5B", "the name without its author, with points for underscores, ignoring case"),
    ("Harbor-70B", "North/Harbor-8B", None),
]


@pytest.mark.parametrize(("looked_up", "model", "sentence"), CASES)
def test_the_first_look_up_that_finds_a_model_decides(looked_up: str, model: str, sentence: str | None) -> None:
    row = {"looked_up": looked_up, "model": model}
    frame = pl.DataFrame(row | {f"{column}{FOLDED}": folded(text) for column, text in row.items()})
    index = frame.select(first_lookup()).item()
    assert (None if index is None else LOOKUPS[index]) == sentence


def test_exact_comparison_comes_before_comparison_without_case() -> None:
    assert [sentence.endswith("ignoring case") for sentence in LOOKUPS] == [False, True] * (len(LOOKUPS) // 2)
    assert 0 < PLAIN_COUNT < len(LOOKUPS)
