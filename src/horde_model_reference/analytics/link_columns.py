"""The flags of checked links in the rows of a risk table (design section 12)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl

from horde_model_reference.analytics.flags import LEVEL_TYPE
from horde_model_reference.analytics.link_flags import LINK_FLAGS, LINKS
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.links.link import links_of
from horde_model_reference.links.link_check import LinkCheck


def with_link_checks(table: RiskTable, checks: Mapping[str, LinkCheck]) -> RiskTable:
    """Return a table with the flags of checked links, and the levels that they raise.

    Args:
        table: The ungrouped table.
        checks: The last result for each address that has one.
    """
    states = {name: link_flags(record, checks) for name, record in table.records.items()}
    known = {name: flags for name, flags in states.items() if flags is not None}
    if not known:
        return table
    flags = pl.DataFrame(
        {"name": list(known), "link_flags": list(known.values())}, schema={"name": pl.String, "link_flags": LINKS}
    )
    joined = table.rows.drop("link_flags").join(flags, on="name", how="left", maintain_order="left")
    key = hashlib.sha256(f"{table.key}\0{sorted(checks.items(), key=lambda item: item[0])!r}".encode()).hexdigest()
    rows = joined.with_columns(_raised()).select(table.rows.columns)
    return replace(table, rows=rows, key=key, link_checks=checks)


def _raised() -> pl.Expr:
    level = pl.col("risk_level")
    for flag in reversed(LINK_FLAGS):
        lower = level.to_physical() < list(LEVEL_TYPE.categories).index(flag.severity.value)
        is_set = pl.col("link_flags").struct.field(flag.name).fill_null(value=False)
        level = pl.when(lower & is_set).then(pl.lit(flag.severity.value, LEVEL_TYPE)).otherwise(level)
    return level.alias("risk_level")


def link_flags(record: ModelRecord, checks: Mapping[str, LinkCheck]) -> dict[str, bool | None] | None:
    """Return the flags of a record; None where none of its addresses was checked.

    A flag that no checked address sets is null while another address was not checked.
    """
    found = [checks.get(link.address) for link in links_of([record])]
    states = {check.state for check in found if check is not None}
    if not states:
        return None
    unset = None if None in found else False
    return {flag.name: True if flag.state in states else unset for flag in LINK_FLAGS}


def link_evidence(record: ModelRecord, checks: Mapping[str, LinkCheck]) -> Iterator[dict[str, object]]:
    """Yield the evidence of each set flag; ``LinkEvidence`` describes the fields."""
    for flag in LINK_FLAGS:
        for link in links_of([record]):
            check = checks.get(link.address)
            if check is not None and check.state is flag.state:
                yield {
                    "flag": flag.name,
                    "severity": flag.severity,
                    "sentence": flag.sentence,
                    "address": link.address,
                    "outcome": check.outcome,
                    "detail": check.detail,
                    "checked_at": check.checked_at,
                    "failed_days": check.failed_days,
                }
