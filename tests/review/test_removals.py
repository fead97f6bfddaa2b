"""The verdicts on removed models, by an engine on the simulated Horde."""

from __future__ import annotations

import httpx

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.catalogue_files import remove_records
from horde_model_reference.curation.policy import Policy
from horde_model_reference.demo import DATA, SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.engine import open_engine
from horde_model_reference.review.change import Change, compare
from horde_model_reference.review.facts import Removals
from horde_model_reference.review.removals import removals_with_verdicts
from horde_model_reference.review.version import read_version
from tests.support.builders import IMAGE

CONTENT = (DATA / "stable_diffusion.json").read_bytes()


def without(*names: str) -> Change:
    after = remove_records(CONTENT, names, "x.json")
    return compare(*(read_version(content, IMAGE, "x.json") for content in (CONTENT, after)))


async def judged(change: Change, transport: httpx.AsyncBaseTransport) -> Removals:
    async with open_engine(demo_settings(), transport, clock=demo_clock()) as engine:
        return await removals_with_verdicts(engine, change, Policy(), "x.json", {})


async def test_each_removed_model_has_the_verdict_of_the_policy() -> None:
    found = await judged(without("Umbra Noir", "Brushfire Inpainting"), SimulatedHorde())
    assert found.verdicts["Umbra Noir"].verdict is Verdict.PROTECTED
    assert found.verdicts["Umbra Noir"].usage_month == 530
    assert set(found.verdicts) == {"Umbra Noir", "Brushfire Inpainting"}
    assert found.as_of is not None


class Away(httpx.AsyncBaseTransport):
    """A network on which nobody answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Refuse every request."""
        raise httpx.ConnectError("nobody answers", request=request)


async def test_where_the_horde_fails_the_verdicts_are_unknown() -> None:
    found = await judged(without("Umbra Noir"), Away())
    assert found.verdicts == {}
    assert found.unknown


async def test_nobody_is_asked_where_nothing_is_removed() -> None:
    assert await judged(without(), Away()) == Removals()
