"""Every field of every row, family, summary and sum of attribution, compared with the oracle's."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from horde_model_reference.demo import DATA
from tests.oracle import library
from tests.oracle.cases import make_case
from tests.oracle.comparison import check, compare_all, differences, report
from tests.oracle.oracle import Inputs
from tests.oracle.rows import Rounded

SEED, CASES = "suite", 2000
SHARE = 125
"""Cases of one test, so that processes that run tests side by side share them."""
USUAL = 500
"""Cases of every run; the others are of thorough ones."""
THROUGH_THE_ENGINE = 20


async def _found(inputs: Inputs) -> list[str]:
    return [str(found) for found in compare_all(inputs, await library.table_of(inputs), filters=True)]


@pytest.mark.parametrize("is_text", [False, True], ids=["image", "text"])
async def test_the_bundled_sample(is_text: bool) -> None:
    inputs = Inputs(
        is_text=is_text,
        catalogue=(DATA / ("models.csv" if is_text else "stable_diffusion.json")).read_bytes(),
        status=(DATA / ("status_text.json" if is_text else "status_image.json")).read_bytes(),
        stats=(DATA / ("stats_text.json" if is_text else "stats_image.json")).read_bytes(),
        other_status=(DATA / ("status_image.json" if is_text else "status_text.json")).read_bytes(),
    )
    assert await _found(inputs) == []


@pytest.mark.parametrize(
    "catalogue",
    [
        *("catalogue/stable_diffusion.json", "catalogue-v2/stable_diffusion.json"),
        *("catalogue/models.csv", "catalogue/db.json", "catalogue-v2/text_generation.json"),
    ],
)
async def test_the_real_catalogues_and_captured_answers(shared_data: Path, catalogue: str) -> None:
    assert await _found(_captured(shared_data, catalogue)) == []


def _captured(shared_data: Path, catalogue: str) -> Inputs:
    is_text, captures = "stable" not in catalogue, shared_data / "horde-api"
    own, other = ("text", "image") if is_text else ("image", "text")
    return Inputs(
        is_text=is_text,
        catalogue=(shared_data / catalogue).read_bytes(),
        status=(captures / f"status_models_{own}_all.json").read_bytes(),
        stats=(captures / ("stats_text_models.json" if is_text else "stats_img_models_all.json")).read_bytes(),
        other_status=(captures / f"status_models_{other}_all.json").read_bytes(),
    )


async def test_the_real_names_of_workers(shared_data: Path) -> None:
    names = [
        row["reported"]
        for file in ("names.tsv", "different.tsv")
        for row in csv.DictReader(
            (shared_data / "names" / file).read_text(encoding="utf-8").splitlines(),
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        )
    ]
    figures = {name: 100 + at for at, name in enumerate(dict.fromkeys(names))}
    stats = json.dumps(dict.fromkeys(("day", "month", "total"), figures)).encode()
    assert await _found(replace(_captured(shared_data, "catalogue/models.csv"), stats=stats)) == []


@pytest.mark.parametrize(
    "first",
    [
        *range(0, USUAL, SHARE),
        *(pytest.param(first, marks=pytest.mark.thorough) for first in range(USUAL, CASES, SHARE)),
    ],
)
def test_random_cases(first: int) -> None:
    """A failure is repeated by ``make check-figures SEED=suite NUMBER=...``."""
    failures = check(SEED, range(first, first + SHARE))
    assert not failures, report(failures)


@pytest.mark.parametrize("number", range(THROUGH_THE_ENGINE))
async def test_the_engine_on_random_cases(number: int) -> None:
    assert await _found(make_case(SEED, number).inputs) == []


def test_a_difference_is_found_and_told() -> None:
    expected = {"models": [{"name": "a", "size_gb": Rounded(Fraction(5, 2), 2)}, {"name": "b", "usage_month": None}]}
    shown = {"models": [{"name": "b", "usage_month": 0}, {"name": "a", "size_gb": 2.5}]}
    assert [str(found) for found in differences(expected, shown, "models")] == [
        "models.models.b.usage_month: the oracle says None, the package 0"
    ]
    missing = {"models": [{"name": "b", "usage_month": None}]}
    assert [found.where for found in differences(expected, missing)] == [".models.a"]
