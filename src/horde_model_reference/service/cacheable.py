"""Responses that say which data they were made from, so that the response cache may send them again."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Response
from starlette.types import Message, Receive, Scope, Send

from horde_model_reference.service.served import Served

ORIGIN = "horde_model_reference.origin"
"""The key in the first message of a response under which the response cache finds its :class:`Origin`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of a response.

    Attributes:
        served: The data that it was made from, as long as which it is valid.
        keep: Whether the same question is worth answering from memory; free-text searches are not.
    """

    served: Served
    keep: bool


class CacheableResponse(Response):
    """A response with its origin."""

    def __init__(self, response: Response, origin: Origin) -> None:
        super().__init__(response.body, response.status_code, response.headers)
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response (ASGI), with its origin in the first message."""

        async def send_with_origin(message: Message) -> None:
            first = message["type"] == "http.response.start"
            await send({**message, ORIGIN: self._origin} if first else message)

        await super().__call__(scope, receive, send_with_origin)


def cacheable(response: Response, served: Served, *, keep: bool = True) -> CacheableResponse:
    """Allow the response cache to send a response again as long as its data is in service.

    Args:
        response: It depends on the path, the query and the data alone; of a table's inputs, on ``made.facts.added``.
        served: The data.
        keep: Whether it is worth keeping; else only requests that wait for the same response share it.
    """
    return CacheableResponse(response, Origin(served, keep))
