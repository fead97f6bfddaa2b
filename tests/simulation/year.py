"""A simulated year of the program, from its start to its end, compared with the truth at every look."""

from __future__ import annotations

import asyncio
import gc
import json
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import polars as pl
import uvicorn

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import usage_traits
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.planning import make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.engine import Engine, open_engine
from horde_model_reference.errors import HordeAPIDegradedError
from horde_model_reference.history.days import day_number
from horde_model_reference.integrations.attribution import ATTRIBUTED
from horde_model_reference.integrations.horde_api_models import PERIODS, USAGE
from horde_model_reference.service.processes import COLLECTION_THRESHOLDS
from horde_model_reference.settings import load_settings
from tests.simulation.horde import FAILURES, SHRUNK, STATS_FAULTS, STATUS_FAULTS, SimulatedHorde
from tests.simulation.world import TWINS, Compile, World
from tests.support.builders import IMAGE, TEXT, record
from tests.support.clock import SteeredClock

FIRST_DAY = date(2025, 1, 1)
STATUS_ROUTE = "status/models"
FAULTY = 0.2
"""The share of looks at which a route's answer goes wrong."""
LOOKS_AGAIN, MOST_LOOKS = 0.1, 5
"""The chance of another look soon after one, and how many a day has at most."""
CHECKED_NOW_AND_THEN = 0.2
"""The share of looks at which families and a plan are checked as well, which takes long."""
AHEAD = timedelta(days=2)
"""How far the wall clock is ahead for some days, before it steps back."""
POLICY = Policy.model_validate(
    {
        "candidates": {"min_age_days": 0},
        "protect": {"top_by_month_usage": 0, "last_of_its_kind": False},
        "limits": {"max_models": 100, "max_share_of_models": 100, "max_share_of_month_usage": 100},
    }
)


@dataclass
class Year:
    """One run.

    Attributes:
        seed: The same seed, the same year.
        days: How many days it has.
        folder: For the catalogue and the program's data.
        tally: How often each thing happened, so that a run can show that it tried something.
    """

    seed: int
    days: int
    folder: Path
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.is_text = self.seed % 2 == 0
        self.category = TEXT if self.is_text else IMAGE
        self.clock = SteeredClock(datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(hours=1))
        self.world = World(self.rng, is_text=self.is_text)
        self.listed = sorted(self.world.models)
        self.horde = SimulatedHorde(self.world, self.clock, self.rng, Compile(0, {}))
        self.by_day: dict[int, Compile] = {}
        self.seen_days: set[int] = set()
        self.compared = False
        self.steps_at = self.rng.randrange(3, self.days - 6) if self.rng.random() < 0.5 else None
        self.settings = load_settings(
            ai_horde_url="http://horde.invalid/api/",
            data_dir=self.folder / "data",
            sources={
                self.category.value: str(self.folder / "catalogue.json"),
                "styles": str(self.folder / "styles.json"),
                "image_history": "",
            },
            horde_api_breaker_reset_seconds=1e-9,
            request_deadline_seconds=600,  # No invariant depends on a quick machine.
            history={"collect_interval_seconds": 1},
        )

    async def run(self) -> Counter[str]:
        """Live through the year; an AssertionError names the seed and the day."""
        for name in ("styles.json", "categories.json"):
            (self.folder / name).write_text("{}", encoding="utf-8")
        self._write_catalogue()
        async with AsyncExitStack() as stack:
            engine = await self._start(stack)
            for at in range(self.days):
                today = day_number(FIRST_DAY) + at
                try:
                    engine = await self._live(at, today, engine, stack)
                except AssertionError as error:
                    raise AssertionError(f"seed {self.seed}, day {at}: {error}") from error
            await self._check_history(engine)
        return self.tally

    async def _start(self, stack: AsyncExitStack) -> Engine:
        await stack.aclose()
        self.compared = False
        transport = httpx.MockTransport(self.horde)
        return await stack.enter_async_context(open_engine(self.settings, transport, clock=self.clock))

    async def _live(self, at: int, today: int, engine: Engine, stack: AsyncExitStack) -> Engine:
        """Live through a day: the compile at 01:00, and some looks after it."""
        self.horde.compiled = self.by_day[today - 1] = self.world.live_a_day(today - 1)
        if self.steps_at is not None and at in (self.steps_at, self.steps_at + 3):
            self.clock.step(AHEAD if at == self.steps_at else -AHEAD)
            self.tally["steps of the clock"] += 1
        if self.rng.random() < 0.04:
            engine = await self._start(stack)
            self.tally["restarts"] += 1
        if self.rng.random() < 0.06:
            self._edit_catalogue()
        pauses = [self.rng.randint(60, 60_000)]
        while self.rng.random() < LOOKS_AGAIN and len(pauses) < MOST_LOOKS:
            pauses.append(self.rng.randint(310, 5000))
        for pause in pauses:
            self.clock.wait(pause)
            await self._look(engine)
        self.clock.wait(86_400 - sum(pauses))
        return engine

    def _edit_catalogue(self) -> None:
        name = self.rng.choice(sorted(self.world.models))
        self.listed = sorted({*self.listed} ^ {name}) or [name]
        self._write_catalogue()
        self.tally["catalogue edits"] += 1

    def _write_catalogue(self) -> None:
        records = {name: record() for name in (*self.listed, *TWINS)}
        (self.folder / "catalogue.json").write_text(json.dumps(records), encoding="utf-8")

    def _choose_faults(self) -> None:
        stats = f"stats/{'text' if self.is_text else 'img'}/models"
        possible = {STATUS_ROUTE: STATUS_FAULTS, stats: STATS_FAULTS + (SHRUNK,) * self.compared}
        self.horde.faults = {
            route: self.rng.choice(FAILURES + kinds) for route, kinds in possible.items() if self.rng.random() < FAULTY
        }

    async def _look(self, engine: Engine) -> None:
        self._choose_faults()
        failing = any(fault in FAILURES for fault in self.horde.faults.values())
        try:
            made = await engine.table_at_time(self.category)
        except HordeAPIDegradedError:
            assert failing, "the Horde answered, and the program says that it did not"
            self.tally["unavailable"] += 1
            return
        table = made.table
        self.tally["looks"] += 1
        self._check_age(table, failing=failing)
        compiled = self.horde.fetched[table.data_as_of.stats_fetched_at]
        self._check_rows(table, compiled)
        self._check_sums(table, compiled)
        observation = await engine.horde.observe(usage_traits(self.category).model_type)
        if observation.stats.complete:
            self.compared = True
            if compiled.day not in self.seen_days:
                await engine.history.collect(observation)
            self.seen_days.add(compiled.day)
        if self.rng.random() < CHECKED_NOW_AND_THEN:
            self._check_families(table)
            self._check_plan(made.facts, compiled)

    def _check_age(self, table: RiskTable, *, failing: bool) -> None:
        """Stale is said when a route failed, and not when all went well."""
        data = table.data_as_of
        if failing:
            assert data.stale, "a failed refresh is not said"
            self.tally["stale"] += 1
        if not self.horde.faults:
            assert not data.stale, "stale is said although nothing failed"
            assert data.stats_fetched_at == data.status_fetched_at == self.clock.now(), "old figures are served"
        age = self.clock.now() - min(data.stats_fetched_at, data.status_fetched_at)
        assert age <= timedelta(seconds=self.settings.cache_hydration_stale_ttl_seconds), f"figures are {age} old"

    def _check_rows(self, table: RiskTable, compiled: Compile) -> None:
        """Figures are true or unknown, and nothing that is used is critical or flagged as unused."""
        threads = self.horde.served[table.data_as_of.status_fetched_at]
        critical = table.context.thresholds.critical_usage.value
        assert table.rows["name"].to_list() == sorted((*self.listed, *TWINS))
        for row in table.rows.iter_rows(named=True):
            names = self.world.names_of(row["name"])
            truth = dict(zip(USAGE, compiled.of(names), strict=True))
            wrong = {column: row[column] for column in USAGE if row[column] not in (None, truth[column])}
            assert not wrong, f"{row['name']} shows {wrong} and had {truth}"
            self.tally["figures known" if row["usage_known"] else "figures unknown"] += 1
            workers = sum(threads.get(name, 0) for name in names)
            shown = f"{row['name']} of {truth} and {workers} threads"
            assert row["worker_count"] in (None, workers), f"{shown} shows {row['worker_count']} threads"
            for period, column in zip(PERIODS, USAGE, strict=True):
                assert not (row[f"zero_usage_{period}"] and truth[column]), f"{shown} is zero_usage_{period}"
            may_be_critical = truth["usage_month"] < critical and not workers
            assert may_be_critical or not row["is_critical"], f"{shown} is critical"
            self.tally["critical"] += row["is_critical"]

    def _check_sums(self, table: RiskTable, compiled: Compile) -> None:
        """Every request is counted once."""
        names = table.api_names
        for at, (period, column) in enumerate(zip(PERIODS, USAGE, strict=True)):
            totals = table.totals[period]
            parts = (totals.attributed, totals.ambiguous, totals.unattributed)
            if totals.reported is None:
                assert parts == (None, None, None), f"{period}: {totals}"
                continue
            assert sum(part or 0 for part in parts) == totals.reported, f"{period}: {totals}"
            attributed = names.filter(pl.col("outcome") == ATTRIBUTED)[column].sum()
            assert totals.attributed == attributed, f"{period}: {totals}, names have {attributed}"
            if not names[column].null_count():
                truth = sum(figures[at] for figures in compiled.figures.values())
                assert totals.reported == truth, f"{period}: {totals.reported} reported of {truth}"
                assert table.rows[column].sum() == attributed, f"{period}: the rows have {table.rows[column].sum()}"

    def _check_families(self, table: RiskTable) -> None:
        """Families have the sums of their members, where those are known."""
        rows = table.families.rows
        for column in USAGE:
            if not table.rows[column].null_count():
                assert rows[column].sum() == table.rows[column].sum(), f"the families' {column} differs"

    def _check_plan(self, facts: CurationFacts, compiled: Compile) -> None:
        """No model that reaches the thresholds is proposed for removal."""
        for verdict in make_plan(facts, POLICY).verdicts:
            if verdict.verdict == "remove":
                month = compiled.of(self.world.names_of(verdict.name))[1]
                assert month < POLICY.candidates.month_usage_below, f"{verdict.name} is to go, with {month} in 30 days"
                self.tally["removals proposed"] += 1

    async def _check_history(self, engine: Engine) -> None:
        """The history has the true use of every day that was seen."""
        if not self.seen_days:
            return
        first = day_number(FIRST_DAY)
        shifted = set() if self.steps_at is None else set(range(first + self.steps_at - 2, first + self.steps_at + 7))
        for name in self.rng.sample(self.listed, min(5, len(self.listed))):
            history = await engine.model_history(self.category, name, self.days + 10)
            names = self.world.names_of(name)
            points = {day_number(point.day): point.usage_day for point in history.points}
            for day in self.seen_days - shifted:
                assert day in points, f"seed {self.seed}: {name} has no point of day {day - first}"
            for day, shown in points.items():
                if day in shifted or shown is None:
                    continue
                assert day in self.seen_days, f"seed {self.seed}: day {day - first} was never seen"
                truth = self.by_day[day].of(names)[0]
                assert shown == truth, (
                    f"seed {self.seed}, day {day - first}: {name} had {truth}, the history has {shown}"
                )
                self.tally["days of history"] += 1


def lived(year: Year) -> Counter[str]:
    """Live through a year on the event loop and with the garbage collection of ``serve``; errors as for ``run``."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*COLLECTION_THRESHOLDS)
    try:
        with asyncio.Runner(loop_factory=uvicorn.Config("", loop="auto").get_loop_factory()) as runner:
            return runner.run(year.run())
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
