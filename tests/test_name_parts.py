"""The tables of name parts (rules 2 and 9), as the engine reads them."""

from __future__ import annotations

import polars as pl
import pytest

from horde_model_reference.name_parts import BACKENDS, ENDINGS, FAMILY_PARTS, NamePart, alternatives


def matches_whole(pattern: str, text: str) -> bool:
    found: bool = pl.Series([text]).str.contains(f"(?i)^(?:{pattern})$").item()
    return found


EXAMPLES = [pytest.param(part, text, id=f"{part.label}: {text}") for part in FAMILY_PARTS for text in part.examples]


@pytest.mark.parametrize(("part", "example"), EXAMPLES)
def test_examples_match_their_pattern_whole_ignoring_case(part: NamePart, example: str) -> None:
    for text in (example, example.upper(), example.lower()):
        assert matches_whole(part.pattern, text)


@pytest.mark.parametrize("part", FAMILY_PARTS, ids=lambda part: part.label)
def test_every_part_has_examples(part: NamePart) -> None:
    assert part.examples


def test_parts_have_labels_of_their_own_and_families_lose_every_ending() -> None:
    labels = [part.label for part in FAMILY_PARTS]
    assert len(labels) == len(set(labels))
    assert {part.label for part in set(ENDINGS) - set(FAMILY_PARTS)} == {"file ending", "tag"}


TAILS = ["", "_K", "_K_S", "_K_M", "_K_L", "_K_XL", "_XXS", "_XS", "_S", "_M", "_NL", "_0", "_1"]
BITS = [f"{kind}{bits}{tail}" for kind in ("Q", "IQ") for bits in (2, 4, 8) for tail in TAILS]


@pytest.mark.parametrize(
    "ending",
    [*BITS, "i1", "gguf", "ggml", "gptq", "awq", "exl2", "exl3", "int4", "int8", "fp8", "fp16", "fp32", "bf16",
     "4bit", "8bit", "4.0bpw", "4bpw", "2.25bpw"],
)  # fmt: skip
def test_endings_of_rule_2(ending: str) -> None:
    for text in (ending, ending.upper(), ending.lower()):
        assert matches_whole(alternatives(ENDINGS), text)


@pytest.mark.parametrize(
    "text",
    ["", "Q", "Q_K", "K_M", "XQ4", "Q4_", "Q4_K_", "Q4_K_Q", "i2", "i10", "gguf2", "exl", "exl4", "int", "int16",
     "bf8", "bpw", "4.bpw", ".0bpw", "4.0.1bpw", "7B", "v2", "Instruct"],
)  # fmt: skip
def test_what_is_no_ending_of_rule_2(text: str) -> None:
    assert not matches_whole(alternatives(ENDINGS), text)


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("size", "0.5B", True),
        ("size", "8x7B", True),
        ("size", "A22B", True),
        ("size", "E2B", True),
        ("size", "7", False),
        ("size", "B", False),
        ("size", "7BB", False),
        ("size", "X7B", False),
        ("version", "v0.1", True),
        ("version", "v1.2.3", True),
        ("version", "v", False),
        ("version", "2.5", False),
        ("version", "v1.", False),
        ("date", "12-2023", True),
        ("date", "13-2024", False),
        ("date", "00-2024", False),
        ("date", "2024-12", True),
        ("date", "2024-13", False),
        ("date", "1999-12", False),
        ("date", "2001", True),
        ("date", "2912", True),
        ("date", "2513", False),
        ("date", "2500", False),
        ("date", "0414", False),
        ("date", "3001", False),
        ("variant", "Instructed", False),
        ("variant", "bit", False),
    ],
)
def test_parts_of_rule_9(label: str, text: str, expected: bool) -> None:
    (part,) = [part for part in FAMILY_PARTS if part.label == label]
    assert matches_whole(part.pattern, text) is expected


def test_backends_of_rule_2() -> None:
    assert set(BACKENDS) == {"koboldcpp", "aphrodite"}
