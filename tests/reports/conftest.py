"""Answers about models with hostile names, and about a tiny catalogue."""

from __future__ import annotations

import pytest

from horde_model_reference.analytics.risk_table import RiskTable
from tests.support.builders import (
    GOOD_URL,
    IMAGE,
    TEXT,
    catalogue_of,
    observation_of,
    stats_of,
    status_of,
    table_of,
)
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.rows import files

HOSTILE = tuple(HOSTILE_NAMES.values())


@pytest.fixture(scope="session")
def hostile() -> RiskTable:
    """Image models with hostile names, used and unused, with hostile baselines, hosts and warnings."""
    fields = {
        name: {
            "baseline": name,
            "description": "" if at % 2 else "x",
            "size_on_disk_bytes": at * 2**30 // 3,
            **files(GOOD_URL, "https://a\u202eb\x9b.example/x", "=1+1"),
        }
        for at, name in enumerate(HOSTILE)
    }
    figures = {name: (at, 10**at % 10**9, 10**10) for at, name in enumerate(HOSTILE) if at % 3}
    status = status_of({name: at for at, name in enumerate(HOSTILE)})
    observation = observation_of(stats_of(figures), status, IMAGE, other_type_names=frozenset(HOSTILE[::2]), stale=True)
    return table_of(catalogue_of(fields), observation)


@pytest.fixture(scope="session")
def hostile_text() -> RiskTable:
    """Text models with hostile names, in families, served by backends under further hostile names."""
    names = [f"author/{name.replace('/', '')}-7B" for name in HOSTILE]
    figures = {f"koboldcpp/{name.partition('/')[2]}-Q4": 123_456_789 for name in names} | dict.fromkeys(HOSTILE, 7)
    status = status_of(dict.fromkeys(figures, 12_345))
    return table_of(catalogue_of(names, TEXT), observation_of(stats_of(figures), status, TEXT))


@pytest.fixture(scope="session")
def tiny() -> RiskTable:
    """Three models: a good one, one that nobody uses or serves, and one whose record is poor."""
    catalogue = catalogue_of(
        {
            "Deliberate": {},
            "Old One": {"size_on_disk_bytes": 7 * 2**30 + 2**29},
            "Poor": {"description": "", "size_on_disk_bytes": None, **files("https://civitai.com/x")},
        }
    )
    stats = stats_of({"Deliberate": (400, 12_345, 99_999), "Poor": (1, 2, 3), "nobody's": (1, 20, 300)})
    return table_of(catalogue, observation_of(stats, status_of({"Deliberate": 12, "Poor": 1})))
