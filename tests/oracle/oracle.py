"""Bytes in, answer out: the same questions that the endpoint answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.catalogues import read_catalogue
from tests.oracle.names import read_aliases
from tests.oracle.reports import Workers, read_usage, read_workers
from tests.oracle.rows import HOST_FLAGS, LEVELS, Facts, Thresholds, attribution_sums, family_rows, gather, model_rows
from tests.oracle.rows import summary as summarise

THRESHOLDS = Thresholds()


@dataclass(frozen=True)
class Inputs:
    """The bytes of a catalogue and of the Horde's answers, and what they are compared with."""

    is_text: bool
    catalogue: bytes
    status: bytes
    stats: bytes
    other_status: bytes = b"[]"
    aliases: bytes = b""
    thresholds: Thresholds = THRESHOLDS


PRESETS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "zero_usage": lambda row: row["usage_month"] == 0,
    "no_workers": lambda row: bool(row["deletion_risk_flags"]["no_active_workers"]),
    "critical": lambda row: row["is_critical"] or bool((row["members_by_level"] or {}).get("critical")),
    "low_usage": lambda row: bool(row["deletion_risk_flags"]["low_usage"]),
    "missing_data": lambda row: (
        row["deletion_risk_flags"]["missing_description"] or row["deletion_risk_flags"]["missing_baseline"]
    ),
    "host_issues": lambda row: any(row["deletion_risk_flags"][flag] for flag in HOST_FLAGS),
    "deletion_candidates": lambda row: row["at_risk"],
}
"""Rule 10."""


def at_least(level: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test for rows of at least a level; a family is kept for such a member as well."""
    levels = LEVELS[LEVELS.index(level) :]
    return lambda row: row["risk_level"] in levels or any((row["members_by_level"] or {}).get(one) for one in levels)


def facts_of(inputs: Inputs) -> Facts:
    """Read the inputs."""
    return gather(
        is_text=inputs.is_text,
        catalogue=read_catalogue(inputs.catalogue, inputs.is_text),
        usage=read_usage(inputs.stats),
        workers=read_workers(inputs.status),
        other_names=() if inputs.is_text else _names_of(read_workers(inputs.other_status)),
        aliases=read_aliases(inputs.aliases),
        thresholds=inputs.thresholds,
    )


def _names_of(other: Workers) -> tuple[str, ...] | None:
    return other.names if other.known else None


def answer(facts: Facts, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the endpoint's answer for rows, in the order of names."""
    return {
        "category": "text_generation" if facts.is_text else "image_generation",
        "category_total_month_usage": facts.month_total,
        "category_model_count": len(facts.catalogue.models),
        "total_count": len(rows),
        "models": sorted(rows, key=lambda row: row["name"]),
        "summary": summarise(rows),
        "attribution": attribution_sums(facts.places, facts.usage),
    }


def answers(facts: Facts) -> dict[str, dict[str, Any]]:
    """Return the answers by view: single models (with figures per backend for text), and families."""
    rows = model_rows(facts)
    found = {"models": answer(facts, rows)}
    if facts.is_text:
        found["families"] = answer(facts, family_rows(facts, rows))
    return found


def warnings(facts: Facts) -> list[str]:
    """Return the codes of what is to be said of the inputs."""
    codes = list(facts.catalogue.warnings)
    if not all(facts.usage.known.values()):
        codes.append("usage_unknown")
    if not facts.workers.known:
        codes.append("workers_unknown")
    return sorted(codes)
