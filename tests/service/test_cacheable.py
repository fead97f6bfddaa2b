"""A response says explicitly which table it was made from; its bytes stay the same."""

from __future__ import annotations

from typing import Any, cast

import pytest
from fastapi import Response
from starlette.types import Message

from horde_model_reference.service.cacheable import ORIGIN, Origin, cacheable
from horde_model_reference.service.tables import ServedTable
from tests.support.builders import catalogue_of, observation_of, stats_of, table_of
from tests.support.curation import made_of


def served() -> ServedTable:
    table = table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))
    made = made_of(table, 0.0)
    return ServedTable(made=made, due_at=1.0, serve_until=1.0, usable_until=1.0, renew=lambda: None, renew_at=1.0)


async def messages_of(response: Response) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await response({"type": "http"}, cast("Any", None), send)
    return sent


@pytest.mark.parametrize("keep", [True, False])
async def test_the_first_message_carries_the_origin_and_nothing_else_changes(keep: bool) -> None:
    table, plain = served(), Response("body", 200, {"X-Own": "1"}, "text/plain")
    start, body = await messages_of(cacheable(plain, table, keep=keep))
    assert start.pop(ORIGIN) == Origin(table, keep)
    assert [start, body] == await messages_of(plain)
