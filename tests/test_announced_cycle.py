"""The whole cycle of an announced removal (design section 10): mark in March, notice, recovered in April, due in May.

Real files, a Horde on loopback and the history's own database; only the clock is moved by hand.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from horde_model_reference.curation.applying import CatalogueFiles, apply_removals
from horde_model_reference.curation.due_choice import due_choice
from horde_model_reference.curation.journal import Journal
from horde_model_reference.curation.mark_standings import mark_standings
from horde_model_reference.curation.marking import Marking, marks_of
from horde_model_reference.curation.marks_writing import add_marks
from horde_model_reference.curation.notices import notices_markdown, notices_of_marks
from horde_model_reference.curation.planning import make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.rechecking import recheck
from horde_model_reference.engine import Engine, open_engine
from horde_model_reference.history.atom_feed import atom_feed
from horde_model_reference.history.changes_schema import CategoryChangesResponse
from horde_model_reference.marks.because import Because, RemovalCode
from tests.support.builders import IMAGE, record, stats_of, status_of
from tests.support.clock import SteeredClock
from tests.support.curation import removed_from
from tests.support.misbehaving_horde import MisbehavingHorde, Route

MARCH, APRIL, MAY = (datetime(2026, month, day, 12, tzinfo=UTC) for month, day in ((3, 2), (4, 11), (5, 1)))
FIGURES = {f"popular {at:02}": 10_000 + at for at in range(30)} | {"one": 20, "two": 1}
NAMES = ["one", "two"]


class Year:
    """A catalogue with its marks, over a Horde whose use and whose clock a test moves."""

    def __init__(self, folder: Path, horde: MisbehavingHorde) -> None:
        self.folder = folder
        self.horde = horde
        self.clock = SteeredClock(MARCH)
        self._write("catalogue.json", {name: record(style="generalist") for name in FIGURES})
        self._write("dates.json", {name: {"date_added": MARCH.timestamp() - 400 * 86_400} for name in FIGURES})
        self._write("styles.json", {})
        self._write("categories.json", {})
        self.marks.write_text("# The spring of 2026.\n", encoding="utf-8")

    @property
    def catalogue(self) -> Path:
        return self.folder / "catalogue.json"

    @property
    def marks(self) -> Path:
        return self.folder / "marks.toml"

    @asynccontextmanager
    async def on(self, day: datetime, figures: Mapping[str, int] = FIGURES) -> AsyncIterator[Engine]:
        """Open an engine on a day with these uses, and let the service look."""
        self.clock.wait((day - self.clock.moment).total_seconds())
        self.horde.payloads[Route.IMAGE_STATS] = stats_of(figures)
        self.horde.payloads[Route.IMAGE_STATUS] = status_of({"elsewhere": 1})
        places = {"image_generation": "catalogue.json", "styles": "styles.json", "image_history": "dates.json"}
        sources = {name: str(self.folder / place) for name, place in places.items()} | {"marks": str(self.marks)}
        settings = self.horde.settings(sources=sources, data_dir=self.folder / "data")
        async with open_engine(settings, clock=self.clock) as engine:
            yield engine

    def _write(self, name: str, content: object) -> None:
        (self.folder / name).write_text(json.dumps(content, indent=4), encoding="utf-8")


async def looked(engine: Engine) -> CategoryChangesResponse:
    """Collect the changes, as the service does, and return all of them."""
    await engine.history.note(await engine.category_state(IMAGE))
    return await engine.history.changes(IMAGE, None, 100, 0)


def told(page: CategoryChangesResponse) -> list[tuple[str, str, str]]:
    return [(str(change.day), change.kind.value, change.name) for change in page.changes]


async def test_mark_notice_recovered_due_plan_apply(tmp_path: Path) -> None:
    policy = Policy()
    async with MisbehavingHorde() as horde:
        year = Year(tmp_path, horde)

        async with year.on(MARCH) as engine:
            assert told(await looked(engine)) == []
            facts, _ = await engine.curation_facts(IMAGE)
            given = Marking(Because(code=RemovalCode.LOW_USE), MARCH.date(), days=60, by="the curators")
            marks = marks_of(facts, policy, NAMES, given)
            add_marks(year.marks, marks)
            notices = notices_markdown(notices_of_marks(marks, facts, {"one": ("a rig",)}))
            assert "## `one`\n\n- When: not before 2026-05-01\n" in notices
            assert "- Workers that serve it now: `a rig`\n" in notices
        assert year.marks.read_text(encoding="utf-8").startswith("# The spring of 2026.\n\n[[marks]]\n")

        async with year.on(MARCH) as engine:
            assert told(await looked(engine)) == [("2026-03-02", "marked", name) for name in NAMES]

        used_again = FIGURES | {"one": 700}
        async with year.on(APRIL, used_again) as engine:
            assert told(await looked(engine))[0] == ("2026-04-11", "recovered", "one")

        async with year.on(MAY, used_again) as engine:
            page = await looked(engine)
            assert told(page)[0] == ("2026-05-01", "due", "two")
            assert page.changes[0].id.encode() in atom_feed(page, "/feed")
            facts, _ = await engine.curation_facts(IMAGE)
            states = {found.mark.name: found.state.value for found in mark_standings(facts, policy)}
            assert states == {"one": "recovered", "two": "due"}
            plan = make_plan(facts, policy, due_choice(facts, policy))
            assert removed_from(plan) == ["two"]
            journal = Journal(tmp_path / "data")
            applied = apply_removals(recheck(plan, facts), CatalogueFiles(year.catalogue), journal, MAY)
            assert list(applied.removed) == ["two"]

        listed = json.loads(year.catalogue.read_bytes())
        assert "one" in listed
        assert "two" not in listed
        async with year.on(MAY, used_again) as engine:
            page = await looked(engine)
            assert told(page) == [
                ("2026-05-01", "due", "two"),
                ("2026-05-01", "removed", "two"),
                ("2026-04-11", "recovered", "one"),
                ("2026-03-02", "marked", "one"),
                ("2026-03-02", "marked", "two"),
            ]
            facts, _ = await engine.curation_facts(IMAGE)
            states = {found.mark.name: found.state.value for found in mark_standings(facts, policy)}
            assert states == {"one": "recovered", "two": "gone"}
