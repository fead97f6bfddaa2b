"""The flags of checked links in rows and details, with evidence and age (design section 12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from horde_model_reference.analytics.link_columns import with_link_checks
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_for_model
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.links.link import LinkOutcome
from horde_model_reference.links.link_check import LinkCheck
from tests.support.builders import TEXT, catalogue_of, observation_of, stats_of, status_of, table_of

AT = datetime(2026, 11, 1, tzinfo=UTC)
DEAD = LinkCheck(LinkOutcome.GONE, "status 404", AT, 3)
SUSPECT = LinkCheck(LinkOutcome.GONE, "status 404", AT, 2)
GATED = LinkCheck(LinkOutcome.LOGIN, "status 401", AT, 0)
FINE = LinkCheck(LinkOutcome.OK, "", AT, 0)


def addresses(*names: str) -> dict[str, Any]:
    return {
        "config": {"download": [{"file_name": name, "file_url": f"https://huggingface.co/{name}"} for name in names]}
    }


def checked(checks: Mapping[str, LinkCheck], use: int = 1000) -> RiskTable:
    """A table of one model with the files a and b."""
    catalogue = catalogue_of({"M": addresses("a", "b")})
    table = table_of(catalogue, observation_of(stats_of({"M": use}), status_of({"M": 3})))
    return with_link_checks(table, {f"https://huggingface.co/{name}": check for name, check in checks.items()})


@pytest.mark.parametrize(
    ("checks", "dead", "gated", "level"),
    [
        ({"a": DEAD, "b": FINE}, True, False, RiskLevel.HIGH),
        ({"a": GATED, "b": FINE}, False, True, RiskLevel.LOW),
        ({"a": DEAD, "b": GATED}, True, True, RiskLevel.HIGH),
        ({"a": SUSPECT, "b": FINE}, False, False, RiskLevel.NONE),
        ({"a": DEAD}, True, None, RiskLevel.HIGH),
        ({"a": FINE}, None, None, RiskLevel.NONE),
    ],
)
def test_states_set_flags_and_raise_the_level(
    checks: Mapping[str, LinkCheck], dead: bool | None, gated: bool | None, level: RiskLevel
) -> None:
    (row,) = respond(checked(checks), RiskQuery()).models
    assert row.link_flags is not None
    assert row.link_flags.model_dump() == {"download_dead": dead, "download_gated": gated}
    assert row.risk_level is level


def test_nothing_is_lowered() -> None:
    (row,) = respond(checked({"a": GATED, "b": FINE}, use=0), RiskQuery()).models
    assert row.risk_level is RiskLevel.HIGH


def test_score_flags_and_counts_stay() -> None:
    plain, flagged = (respond(checked(checks), RiskQuery()) for checks in ({}, {"a": DEAD, "b": DEAD}))
    assert flagged.models[0].deletion_risk_flags == plain.models[0].deletion_risk_flags
    assert (flagged.models[0].risk_score, flagged.models[0].at_risk) == (0, False)
    changed = {"models_by_level"}
    assert flagged.summary.model_dump(exclude=changed) == plain.summary.model_dump(exclude=changed)


def test_without_checks_all_is_as_before() -> None:
    table = checked({})
    assert respond(table, RiskQuery()).models[0].link_flags is None
    assert checked({"elsewhere": DEAD}).key == table.key


def test_the_detail_has_evidence_with_its_age() -> None:
    (found,) = respond_for_model(checked({"a": DEAD, "b": FINE}), "M").link_evidence
    assert (found.flag, found.severity, found.address) == ("download_dead", RiskLevel.HIGH, "https://huggingface.co/a")
    assert (found.outcome, found.detail, found.checked_at, found.failed_days) == (LinkOutcome.GONE, "status 404", AT, 3)


def test_another_result_is_another_table() -> None:
    assert len({checked({"a": check}).key for check in (DEAD, SUSPECT, FINE)} | {checked({}).key}) == 4


def test_a_family_has_no_flags_of_links() -> None:
    catalogue = catalogue_of({"a/M-7B": addresses("a")}, TEXT)
    table = table_of(catalogue, observation_of(stats_of({"a/M-7B": 5}), status_of({"a/M-7B": 3}), TEXT))
    flagged = with_link_checks(table, {"https://huggingface.co/a": DEAD})
    (row,) = respond(flagged, RiskQuery(group_text_models=True)).models
    assert row.link_flags is None
