"""Base names of text models (rule 9)."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from horde_model_reference.catalogue.families import base_name, base_names
from horde_model_reference.name_parts import FAMILY_PARTS, NamePart

SPECIFIED: dict[str, str] = {
    "Qwen/Qwen2.5-Coder-14B-Instruct": "Qwen2.5-Coder",
    "Sao10K/L3-8B-Stheno-v3.2": "L3-Stheno",
    "mistralai/Ministral-3-14B-Instruct-2512": "Ministral-3",
    "EleutherAI/pythia-1.4b-deduped": "pythia-deduped",
    "Qwen/Qwen3-30B-A3B-Instruct-2507": "Qwen3",
    "bigscience/bloom-7b1": "bloom",
    "SicariusSicariiStuff/Tenebra_30B_Alpha01_FP16": "Tenebra_Alpha01",
    "CohereForAI/c4ai-command-r-08-2024": "c4ai-command-r",
    "THUDM/GLM-4-9B-0414": "GLM-4-0414",
    "ReadyArt/4.2.0-Broken-Tutu-24b": "4.2.0-Broken-Tutu",
    "Qwen/Qwen-1_8B": "Qwen",
    "THUDM/GLM-4-0414": "GLM-4-0414",
    "SicariusSicariiStuff/Tenebra_Alpha01": "Tenebra_Alpha01",
}

FURTHER: dict[str, str] = {
    "plain": "plain",
    "author/plain": "plain",
    "a/b/plain-7B": "plain",
    "x-8x22B": "x",
    "x-125m": "x",
    "Qwen-0_5B-Chat": "Qwen",
    "LLAMA-3_8B_Unaligned": "LLAMA-3_Unaligned",
    "x4_8B": "x4",
    "1_8B": "1_8B",
    "x-E4B-it": "x",
    "x-7BB": "x-7BB",
    "x7B": "x7B",
    "x-v2": "x",
    "x-v4.1": "x",
    "x-version": "x-version",
    "x-2024-08": "x",
    "x-2024-13": "x-2024-13",
    "x-13-2024": "x-13-2024",
    "x-2507": "x",
    "x-2513": "x-2513",
    "x-1912": "x-1912",
    "x-CHAT-base_It.HF": "x",
    "x-Thinking-Reasoning-Preview-Latest": "x",
    "Chatty-Basement": "Chatty-Basement",
    "x-Q4_K_M": "x",
    "x.i1-IQ4_XS": "x",
    "x-GPTQ-Int4": "x",
    "x-4.0bpw-exl2": "x",
    "x-qat-q4_0-gguf": "x",
    "7B-x": "x",
    "x-7B-y": "x-y",
    "x-7B_13B.y": "x-y",
    "x--y..z": "x-y.z",
    "x 7B instruct": "x",
    "-x-": "x",
    "author/7B": "author/7B",
    "author/7B-Instruct": "author/7B-Instruct",
    "7B": "7B",
    "author/": "author/",
    "---": "---",
    "x-2024-08.5B": "x-2024",
    "x-08-7B-2024": "x-08-2024",
    "模型-7B-对话": "模型-对话",
}


@pytest.mark.parametrize(("name", "base"), (SPECIFIED | FURTHER).items())
def test_base_name(name: str, base: str) -> None:
    """Rule 9: author, sizes, versions, dates, variants and endings go; separators collapse; never to nothing."""
    assert base_name(name) == base


@pytest.mark.parametrize("part", FAMILY_PARTS, ids=lambda part: part.label)
def test_every_kind_of_part_goes_wherever_it_stands(part: NamePart) -> None:
    """Rule 9: between separators or at an end, ignoring case."""
    for written in {spelled for one in part.examples for spelled in (one, one.lower(), one.upper())}:
        found = [base_name(name.format(written)) for name in ("a/word-{}", "a/{}_word", "a/one {}.two")]
        assert found == ["word", "word", "one two"]
        if not set(written) & set("-_."):
            assert base_name(f"a/one{written}s") == f"one{written}s"


def plain_base_name(name: str) -> str:
    """Rule 9 word for word: each kind of part in turn, with the look-around that Polars has not."""
    bare = name.rpartition("/")[2]
    if bare.count("_") == 1:
        bare = re.sub(r"(?<![^-_. ])\d+_\d+B(?![^-_. ])", "", bare, flags=re.IGNORECASE)
    for part in FAMILY_PARTS:
        bare = re.sub(rf"(?<![^-_. ])(?:{part.pattern})(?![^-_. ])", "", bare, flags=re.IGNORECASE)
    bare = re.sub(r"([-_. ])[-_. ]+", r"\1", bare).strip("-_. ")
    return bare or name


PARTS = st.sampled_from([example for part in FAMILY_PARTS for example in part.examples])
WORDS = st.sampled_from(["Qwen2", "L", "4", "08", "2024", "3.1", "5", "B", "Q4", "K", "v", "x", "é", "/", "a/"])
SEPARATORS = st.sampled_from(["-", "_", ".", " ", "", "--", "-."])
NAMES = st.lists(st.tuples(PARTS | WORDS, SEPARATORS), min_size=1, max_size=7).map(
    lambda pieces: "".join(word + separator for word, separator in pieces)
)


@settings(max_examples=150)
@given(st.lists(NAMES | st.text("-_. /0124578BMKQvxaeitf", min_size=1), min_size=1, max_size=8))
@example(["2024-08.5B", "7B-7B--7B", "Q4_1.5B", "08-2024-08", "2024-08-2024"])
def test_base_names_as_a_plain_reading_of_the_rule_has_them(names: list[str]) -> None:
    """Rule 9, on columns: the same as one name at a time, one kind of part at a time."""
    found = base_names(pl.Series(names, dtype=pl.String)).to_list()
    assert found == [plain_base_name(name) for name in names]


def test_rule_2b_families_of_curators_win_over_computed_ones() -> None:
    names = pl.Series(["a/Qwen2.5-Coder-14B-Instruct", "b/qwen2.5-coder-7B", "a/L3-8B-Stheno-v3.2"])
    families = {"qwen2.5-coder": "Qwen Coders", "nothing": "x"}
    assert base_names(names, families).to_list() == ["Qwen Coders", "Qwen Coders", "L3-Stheno"]
