"""A link of a record, and the outcomes of asking for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from horde_model_reference.catalogue.records import ModelRecord


class LinkOutcome(StrEnum):
    """The outcome of asking for an address."""

    OK = "ok"
    GONE = "gone"
    LOGIN = "login"
    WRONG_SIZE = "wrong_size"
    WRONG_HASH = "wrong_hash"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    BUSY = "busy"


OUTCOMES: dict[LinkOutcome, str] = {
    LinkOutcome.OK: "It answers.",
    LinkOutcome.GONE: "There is no such file (404 or 410).",
    LinkOutcome.LOGIN: "It asks for a login (401, 403, or a redirect to a login page).",
    LinkOutcome.WRONG_SIZE: "The file has another size than the record says.",
    LinkOutcome.WRONG_HASH: "The file has another SHA-256 hash than the record says.",
    LinkOutcome.UNREACHABLE: "No usable answer: an error of the server, a time-out, an unknown host, a redirect loop.",
    LinkOutcome.REFUSED: "Not asked, by a rule of ours; no result.",
    LinkOutcome.BUSY: "The host asked to wait longer than we do; no result.",
}
"""The outcomes, each with its meaning for people."""

FAILURES = frozenset({LinkOutcome.GONE, LinkOutcome.UNREACHABLE, LinkOutcome.WRONG_SIZE, LinkOutcome.WRONG_HASH})
"""Outcomes of a link that does not work; on three days, it is dead."""
NO_RESULT = frozenset({LinkOutcome.REFUSED, LinkOutcome.BUSY})
"""Outcomes that say nothing about a link."""


@dataclass(frozen=True, slots=True)
class Link:
    """The address of a file.

    Attributes:
        address: The address as the record has it, without outer blanks.
        sha256: The SHA-256 hash that the file should have, in lower case; empty if unknown.
        size: The bytes that it should have; None if unknown.
        models: The models whose records name it.
    """

    address: str
    sha256: str = ""
    size: int | None = None
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkResult:
    """The outcome of asking for a link.

    Attributes:
        outcome: The outcome.
        detail: More about it, for people.
    """

    outcome: LinkOutcome
    detail: str = ""


def links_of(records: Iterable[ModelRecord]) -> list[Link]:
    """Return the links of records, each address once, in the order of the records."""
    found: dict[str, Link] = {}
    for record in records:
        for download in record.config.download:
            address = download.file_url.strip()
            if address:
                own = Link(address, (download.sha256sum or "").strip().lower(), download.size_bytes)
                known = found.get(address, own)
                found[address] = replace(known, models=tuple(dict.fromkeys((*known.models, record.name))))
    return list(found.values())
