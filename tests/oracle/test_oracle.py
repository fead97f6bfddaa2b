"""The oracle follows the specification's own examples."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle.families import base_name, families
from tests.oracle.names import Aliases, Directory, attribute
from tests.oracle.possible_use import possible_models
from tests.oracle.reports import read_usage
from tests.oracle.rows import Rounded, host_of

NO_ALIASES = Aliases()

BASE_NAMES = {
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
}


@pytest.fixture
def directory(shared_data: Path) -> Directory:
    """The models of the real text catalogue."""
    with (shared_data / "catalogue" / "models.csv").open(encoding="utf-8", newline="") as file:
        return Directory({row["name"] for row in csv.DictReader(file)})


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_rule_2a_real_names(directory: Directory, shared_data: Path) -> None:
    """At least 97 % are right, and none is wrong."""
    rows = _rows(shared_data / "names" / "names.tsv")
    found = [attribute(row["reported"], directory, True, NO_ALIASES).model for row in rows]
    right = [model == row["catalogue_name"] for row, model in zip(rows, found, strict=True)]
    assert sum(right) >= 0.97 * len(rows)
    assert [row for row, model, is_right in zip(rows, found, right, strict=True) if model and not is_right] == []


def test_rule_2a_names_of_other_models(directory: Directory, shared_data: Path) -> None:
    rows = _rows(shared_data / "names" / "different.tsv")
    assert [r for r in rows if attribute(r["reported"], directory, True, NO_ALIASES).model == r["must_not_be"]] == []


@pytest.mark.parametrize(
    ("api_name", "model"),
    [
        ("ollama/llama3.2:3b", "meta-llama/Llama-3.2-3B"),
        ("KoboldCpp/Tiefighter-13B", "KoboldAI/LLaMA2-13B-Tiefighter"),
    ],
)
def test_rule_2c_examples(directory: Directory, api_name: str, model: str) -> None:
    place = attribute(api_name, directory, True, NO_ALIASES)
    assert place.state == "unattributed"
    assert model in possible_models(api_name, place, directory.models)


@pytest.mark.parametrize(("name", "base"), BASE_NAMES.items())
def test_rule_9_examples(name: str, base: str) -> None:
    assert base_name(name) == base


def test_rule_9_about_400_families(directory: Directory) -> None:
    assert 380 <= len(families(directory.models, {})) <= 420


def test_rule_3_examples() -> None:
    usage = read_usage(b'{"day": {"a": 3, "b": 1}, "month": {"a": 2, "b": 5, "b": 7}, "total": {"a": 9, "b": 9}}')
    assert [usage.of("a", period) for period in ("day", "month", "total")] == [None, None, 9]
    assert [usage.of("b", period) for period in ("day", "month", "total")] == [1, None, 9]
    assert usage.of("never used", "total") == 0
    partial = read_usage(b'{"day": {"a": 1}, "month": {}, "total": {"a": 1}}')
    assert partial.known == {"day": True, "month": False, "total": True}
    assert not any(read_usage(b'{"day": {}, "month": {}, "total": {}}').known.values())


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("HTTPS://user@CDN.HuggingFace.co:443/x", "cdn.huggingface.co"),
        ("https://münchen.example/f", "xn--mnchen-3ya.example"),
        ("", None),
        ("ftp://files.example/x", None),
    ],
)
def test_rule_8_examples(address: str, host: str | None) -> None:
    assert host_of(address) == host


def test_zero_has_no_sign() -> None:
    assert [Rounded(Fraction(0), 4).matches(shown) for shown in (0.0, -0.0)] == [True, False]


def test_a_rounded_value_matches_both_ways_of_a_tie_alone() -> None:
    assert [Rounded(Fraction(1, 8), 2).matches(shown) for shown in (0.12, 0.13, 0.125, 0.11)] == [
        *(True, True, False, False)
    ]
