"""Plans and possible use (rule 2c): a model that could well be used is not proposed for removal."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.curation.policy import Candidates, Policy
from horde_model_reference.curation.reasons import possibly_used
from tests.support.builders import stats_of, status_of
from tests.support.curation import given
from tests.support.misbehaving_horde import Route
from tests.support.service import V2, a_world, catalogue_bytes


@pytest.mark.parametrize(
    ("month", "possible", "said"),
    [
        (0, 0, ""),
        (0, 199, ""),
        (1, 199, "could be its had 199 requests in 30 days; with them it would have 200, not less than 200."),
        (0, 1320, "could be its had 1,320 requests in 30 days; with them it would have 1,320, not less than 200."),
        (0, None, "is unknown, and so is their use."),
        (200, 1320, ""),
        (None, 1320, ""),
        (None, None, ""),
    ],
)
def test_rule_2c_possible_use_speaks_against_a_removal(month: int | None, possible: int | None, said: str) -> None:
    row = {"name": "m", "usage_month": month, "possible_usage_month": possible}
    policy = Policy(candidates=Candidates(month_usage_below=200))
    sentences = [reason.sentence for reason in given([possibly_used], row, policy)]
    assert len(sentences) == bool(said)
    assert all(sentence.endswith(said) for sentence in sentences)


async def test_rule_2c_a_plan_leaves_a_model_that_could_be_used_alone(tmp_path: Path) -> None:
    """Two models that nobody used by their names; one could be what somebody serves under a name of his own."""
    payloads = {
        Route.TEXT_STATS: stats_of({"koboldcpp/my-Harbor-8B": 500, "a/Big-70B": 900}),
        Route.TEXT_STATUS: status_of({"a/Big-70B": 1}),
    }
    text = catalogue_bytes(["Northwind/Harbor-8B", "Northwind/Pier-8B", "a/Big-70B"])
    policy = {"candidates": {"min_age_days": 0}, "protect": {"top_by_month_usage": 0, "last_of_its_kind": False},
              "limits": {"max_share_of_models": 100}}  # fmt: skip
    async with a_world(tmp_path, text=text, payloads=payloads) as world:
        answer = await world.client.post(f"{V2}/text_generation/deletion-plan", json={"policy": policy})
        assert answer.status_code == 200, answer.text
        verdicts = {found["name"]: found for found in answer.json()["verdicts"]}
    harbor = verdicts["Northwind/Harbor-8B"]
    assert (harbor["verdict"], harbor["reasons"][0]["code"]) == ("unknown", "possibly_used")
    assert verdicts["Northwind/Pier-8B"]["verdict"] == "remove"
