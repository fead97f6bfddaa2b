"""The simulated hosts of the sample's files."""

from __future__ import annotations

import httpx

from horde_model_reference.demo.file_hosts import STATUSES, SimulatedFileHosts


async def test_an_address_always_has_the_same_answer_and_all_kinds_occur() -> None:
    async with httpx.AsyncClient(transport=SimulatedFileHosts()) as client:
        answers = [[(await client.head(f"https://a.example/{at}")).status_code for at in range(80)] for _ in range(2)]
    assert answers[0] == answers[1]
    assert set(answers[0]) == set(STATUSES)
