"""The differences between an answer of the package and the oracle's."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from horde_model_reference.analytics.risk_table import RiskTable
from tests.oracle import library, oracle
from tests.oracle.cases import Case, make_case
from tests.oracle.oracle import PRESETS, Inputs, at_least
from tests.oracle.rows import LEVELS, Facts, Near, Rounded

VIEWS: dict[str, dict[str, Any]] = {
    "models": {"include_backend_variations": True},
    "families": {"group_text_models": True},
}
"""The queries that ask for each of the oracle's answers; a view per backend holds the plain one."""

NOT_OF_THE_ORACLE = frozenset(
    {
        "returned_count",
        "offset",
        "limit",
        "next",
        "data_as_of",
        "warnings",
        # of the history and the styles, which are read elsewhere
        *("style_count", "first_seen", "last_used", "trend_30d"),
        # of plans
        *("verdict", "verdict_reasons"),
        # of marks
        *("deletion_mark", "remove_after"),
        # of the check of links
        "link_flags",
    }
)


FILTERED_EACH = 50
"""One case of so many compares presets and levels as well, which takes long."""


@dataclass(frozen=True)
class Difference:
    """A value that the package shows and the oracle does not confirm.

    Attributes:
        where: View, row and column.
        expected: The oracle's value.
        shown: The package's.
    """

    where: str
    expected: object
    shown: object

    def __str__(self) -> str:
        return f"{self.where}: the oracle says {_plain(self.expected)!r}, the package {self.shown!r}"


def _plain(value: object) -> object:
    return float(value.exact) if isinstance(value, Rounded | Near) else value


def differences(expected: Any, shown: Any, where: str = "") -> Iterator[Difference]:
    """Yield where two values differ; rows and variations are compared by their names."""
    if isinstance(expected, Rounded | Near):
        if not expected.matches(shown):
            yield Difference(where, expected, shown)
    elif isinstance(expected, Mapping) and isinstance(shown, Mapping):
        for key in sorted({*expected, *shown} - NOT_OF_THE_ORACLE):
            yield from differences(expected.get(key, "absent"), shown.get(key, "absent"), f"{where}.{key}")
    elif _is_list_of_rows(expected) and _is_list_of_rows(shown):
        yield from differences(_by_name(expected), _by_name(shown), where)
    elif type(expected) is not type(shown) or expected != shown:
        yield Difference(where, expected, shown)


def _is_list_of_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, dict) for part in value)


def _by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row.get("name") or row["backend"]: row for row in rows}


Answers = Mapping[str, Mapping[str, Any]]
"""The oracle's answers by view."""


def compare(answers: Answers, table: RiskTable) -> list[Difference]:
    """Return all differences between the package's table and the oracle's answers."""
    found: list[Difference] = []
    for view, expected in answers.items():
        found += differences(expected, library.ask(table, sort="name", **VIEWS[view]), view)
    return found


def compare_filters(facts: Facts, answers: Answers, table: RiskTable) -> list[Difference]:
    """Return the differences between the rows that presets and levels keep, and their summaries."""
    keepers = {("preset", name): keeps for name, keeps in PRESETS.items()}
    keepers |= {("risk_level", level): at_least(level) for level in LEVELS}
    found: list[Difference] = []
    for view, expected in answers.items():
        for (parameter, value), keeps in keepers.items():
            kept = oracle.answer(facts, [row for row in expected["models"] if keeps(row)])
            shown = library.ask(table, sort="name", **VIEWS[view], **{parameter: value})
            found += differences(kept, shown, f"{view}?{parameter}={value}")
    return found


@dataclass(frozen=True)
class Failure:
    """A case in which the package and the oracle differ."""

    case: Case
    found: tuple[Difference, ...]

    @property
    def size(self) -> int:
        """Length of the inputs in bytes."""
        inputs = self.case.inputs
        return len(inputs.catalogue) + len(inputs.stats) + len(inputs.status)

    def __str__(self) -> str:
        inputs = self.case.inputs
        return "\n".join(
            [
                f"case {self.case.number} of seed {self.case.seed!r}: {len(self.found)} values differ, the first are",
                *(f"  {difference}" for difference in self.found[:5]),
                f"  catalogue: {inputs.catalogue.decode()}",
                f"  stats: {inputs.stats.decode()}",
                f"  status: {inputs.status.decode()}",
                f"  status of the other type: {inputs.other_status.decode()}",
                f"  aliases: {inputs.aliases.decode()}",
            ]
        )


def compare_all(inputs: Inputs, table: RiskTable, *, filters: bool) -> list[Difference]:
    """Return all differences of one table, on request those of presets and levels as well."""
    facts = oracle.facts_of(inputs)
    answers = oracle.answers(facts)
    return [*compare(answers, table), *(compare_filters(facts, answers, table) if filters else [])]


def check_in_processes(seed: str, numbers: range) -> list[Failure]:
    """Compare random cases, in as many processes as there are cores."""
    cores = os.cpu_count() or 1
    shares = [numbers[at::cores] for at in range(cores)]
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    with ProcessPoolExecutor(cores, context, initializer=_one_thread) as pool:
        return [failure for failures in pool.map(check, [seed] * cores, shares) for failure in failures]


def _one_thread() -> None:
    """Let each process compute in one thread, since there is a process per core."""
    os.environ["POLARS_MAX_THREADS"] = "1"


def report(failures: Sequence[Failure]) -> str:
    """Return the smallest failure, and how many there are; empty where there is none."""
    if not failures:
        return ""
    return f"{len(failures)} cases differ; the smallest is\n{min(failures, key=lambda failure: failure.size)}"


def check(seed: str, numbers: range) -> list[Failure]:
    """Compare random cases."""
    failures = []
    with asyncio.Runner() as runner:
        for number in numbers:
            case = make_case(seed, number)
            table = runner.run(library.quick_table_of(case.inputs))
            found = compare_all(case.inputs, table, filters=number % FILTERED_EACH == 0)
            if found:
                failures.append(Failure(case, tuple(found)))
    return failures
