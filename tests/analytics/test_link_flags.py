"""The table of the flags of links."""

from __future__ import annotations

from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.link_flags import LINK_FLAGS, LINKS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import LinkFlags


def test_severities_are_those_of_the_design() -> None:
    assert {flag.name: flag.severity for flag in LINK_FLAGS} == {
        "download_dead": RiskLevel.HIGH,
        "download_gated": RiskLevel.LOW,
    }


def test_they_are_no_part_of_the_other_flags() -> None:
    assert not {flag.name for flag in LINK_FLAGS} & set(FLAG_NAMES)
    assert [field.name for field in LINKS.fields] == list(LinkFlags.model_fields)
