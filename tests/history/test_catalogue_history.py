"""What is kept of a past while nothing changes, and the key that tells whether anything that shows has."""

from __future__ import annotations

import pytest

from horde_model_reference.analytics.usage_trend import RecentUse
from horde_model_reference.history.catalogue_history import CatalogueHistory
from horde_model_reference.history.snapshots import Snapshot
from horde_model_reference.history.store import HistoryStore
from tests.support.builders import catalogue_of
from tests.support.past import compile_of, keep_all, look_of

CATALOGUE = catalogue_of(["a", "new"])
KNOWN: list[Snapshot] = [*(compile_of(day, {"a": 1 + day}) for day in range(3)), look_of(2, {"a": 1})]


async def recent(history: CatalogueHistory) -> RecentUse:
    found = await history.usage(CATALOGUE)
    assert found is not None
    return found.recent


@pytest.mark.parametrize(
    ("snapshot", "shows"),
    [
        (look_of(3, {"new": 1}), True),
        (look_of(-9, {"a": 1}), True),
        (compile_of(3, {"a": 9}), True),
        (look_of(3, {"a": 2}), False),
        (look_of(3, {"of no model": 1}), False),
    ],
    ids=["a new name", "an imported look", "a new day", "a look", "a name of no model"],
)
async def test_the_key_changes_with_what_shows(store: HistoryStore, snapshot: Snapshot, shows: bool) -> None:
    await keep_all(store, KNOWN)
    old = CatalogueHistory(store)
    before = await recent(old)
    await keep_all(store, [snapshot])
    after, told_anew = await recent(old), await recent(CatalogueHistory(store))
    assert after.key == told_anew.key
    assert after.frame.equals(told_anew.frame)
    assert (after.key != before.key, not after.frame.equals(before.frame)) == (shows, shows)


async def test_while_nothing_new_is_seen_nothing_is_made_anew(store: HistoryStore) -> None:
    await keep_all(store, KNOWN)
    history = CatalogueHistory(store)
    before = await history.usage(CATALOGUE)
    await keep_all(store, [look_of(3, {"a": 2}), KNOWN[0]])
    assert await history.usage(CATALOGUE) is before


async def test_the_table_and_the_history_of_a_model_agree_on_a_name_that_is_new_today(store: HistoryStore) -> None:
    await keep_all(store, KNOWN)
    history = CatalogueHistory(store)
    await recent(history)
    await keep_all(store, [look_of(3, {"new": 1})])
    told = dict(zip(CATALOGUE.frame["name"], (await recent(history)).frame["first_seen"], strict=True))
    assert told["new"] == (await history.of_models(CATALOGUE, ["new"], 30))["first_seen"]
    assert str(told["new"]) == "2025-01-04"
