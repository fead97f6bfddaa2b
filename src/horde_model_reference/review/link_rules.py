"""Rules about the addresses that a change adds, where they were asked (``--links``)."""

from __future__ import annotations

from collections.abc import Iterator

from horde_model_reference.escaping import quoted
from horde_model_reference.links.link import OUTCOMES, Link, LinkOutcome, links_of
from horde_model_reference.review.change import Change
from horde_model_reference.review.facts import ReviewFacts
from horde_model_reference.review.rule import Remark, Severity, about, rule

MOST_LINKS = 200
"""Addresses of a change that are asked at most."""


def new_links(change: Change) -> list[Link]:
    """Return the links of touched records whose addresses no record had before."""
    known = {link.address for link in links_of(change.base.catalogue.records.values())}
    touched = [found.record for found in change.touched if found.record is not None]
    return [link for link in links_of(touched) if link.address not in known]


def _with_outcome(facts: ReviewFacts, *outcomes: LinkOutcome) -> Iterator[Remark]:
    for link in new_links(facts.change) if facts.links else ():
        result = facts.links.get(link.address)
        if result is not None and result.outcome in outcomes:
            detail = f" ({result.detail})" if result.detail else ""
            sentence = f"{quoted(link.address)}: {OUTCOMES[result.outcome].rstrip('.')}{detail}."
            yield about(facts.change.head.models[link.models[0]], sentence)


@rule(Severity.ERROR)
def link_gone(facts: ReviewFacts) -> Iterator[Remark]:
    """There is no file at a new address."""
    return _with_outcome(facts, LinkOutcome.GONE)


@rule(Severity.ERROR)
def link_wrong(facts: ReviewFacts) -> Iterator[Remark]:
    """The file at a new address has another size or hash than the record says."""
    return _with_outcome(facts, LinkOutcome.WRONG_SIZE, LinkOutcome.WRONG_HASH)


@rule(Severity.WARNING)
def link_gated(facts: ReviewFacts) -> Iterator[Remark]:
    """A new address asks for a login."""
    return _with_outcome(facts, LinkOutcome.LOGIN)


@rule(Severity.WARNING)
def link_unreachable(facts: ReviewFacts) -> Iterator[Remark]:
    """A new address gave no usable answer."""
    return _with_outcome(facts, LinkOutcome.UNREACHABLE)


@rule(Severity.INFO)
def link_unasked(facts: ReviewFacts) -> Iterator[Remark]:
    """A new address could not be asked, by a rule of ours or since its host is busy."""
    return _with_outcome(facts, LinkOutcome.REFUSED, LinkOutcome.BUSY)
