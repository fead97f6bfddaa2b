"""Makes mutants of the analysis and runs the tests on each."""

from __future__ import annotations

import ast
import multiprocessing
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_and_test, mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, WorkResult

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "horde_model_reference"
MUTATED = (
    *sorted((PACKAGE / "analytics").glob("*.py")),
    PACKAGE / "catalogue" / "families.py",
    *(
        PACKAGE / "integrations" / f"{name}.py"
        for name in ("aliased_names", "attribution", "name_lookups", "name_steps")
    ),
)
MODULES = {path.stem: path.relative_to(ROOT) for path in MUTATED if path.stem != "__init__"}

TESTS = (
    "tests/oracle/test_oracle.py",
    "tests/oracle/test_against_the_oracle.py",
    "tests/analytics",
    "tests/integrations/test_attribution.py",
    "tests/integrations/test_data_merger.py",
)
"""Run after the mutated module's own tests, until one fails."""

RANDOM_CASES = 300
"""Cases of the oracle that a mutant must pass as well."""

LEFT_OUT = (
    "::test_random_cases",
    "::test_the_real_catalogues_and_captured_answers",
    "::test_the_real_names_of_workers",
)
"""Tests that take too long for every mutant."""

SWAPPED = {
    "BitOr": "BitAnd",
    "BitAnd": "BitOr",
    "Add": "Sub",
    "Sub": "Add",
    "Mul": "Div",
    "Div": "Mul",
    "FloorDiv": "Mul",
    "Mod": "Mul",
    "Pow": "Mul",
}
"""The one replacement per binary operator that is tried; most others fail at once, and would flatter the tests."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant."""

    module: str
    mutation: MutationSpec
    result: WorkResult

    @property
    def timed_out(self) -> bool:
        """Whether the tests took too long, which counts as noticed: an endless loop, or a busy machine."""
        return bool(self.result.output == "timeout")


def mutations_of(module: Path) -> list[MutationSpec]:
    """Return the mutations of a module that its tests could notice."""
    source = module.read_text(encoding="utf-8")
    plain = _behaviour(source)
    with tempfile.TemporaryDirectory() as folder, use_db(f"{folder}/session.sqlite", WorkDB.Mode.create) as session:
        init([module], session, {})
        found = [mutation for item in session.work_items for mutation in item.mutations]
    return [mutation for mutation in found if _is_tried(mutation) and _mutated(source, mutation) not in (plain, None)]


def _is_tried(mutation: MutationSpec) -> bool:
    kind, *operators = str(mutation.operator_name).removeprefix("core/").split("_")
    return kind != "ReplaceBinaryOperator" or SWAPPED[operators[0]] == operators[1]


def _mutated(source: str, mutation: MutationSpec) -> str | None:
    """Return the behaviour of a mutant; None if it cannot be compiled."""
    operator = get_operator(mutation.operator_name)(**mutation.operator_args)
    mutated: str | None = mutate_code(source, operator, mutation.occurrence)
    try:
        return None if mutated is None else _behaviour(mutated)
    except SyntaxError:  # the star of an argument is taken for a product
        return None


def _behaviour(source: str) -> str:
    """Return the tree of a module without what cannot change a result: annotations, dataclass options, caches."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            node.decorator_list = list(filter(None, map(_deciding, node.decorator_list)))
        for part in ("annotation", "returns"):
            if getattr(node, part, None) is not None:
                setattr(node, part, ast.Constant(None))
    return ast.dump(tree)


def _deciding(decorator: ast.expr) -> ast.expr | None:
    """Return what of a decorator can change a result: no option of a dataclass, no cache."""
    match decorator:
        case ast.Call(func=ast.Name(id="dataclass") as name):
            return name
        case ast.Name(id="cache"):
            return None
    return decorator


def sampled(mutations: Sequence[MutationSpec], limit: int, rng: Random) -> list[MutationSpec]:
    """Return some of the mutations, or all where there are no more."""
    return rng.sample(mutations, limit) if 0 < limit < len(mutations) else list(mutations)


def run_all(mutants: Sequence[tuple[str, MutationSpec]], timeout: float) -> Iterator[Outcome]:
    """Test every mutant, in as many copies of the repository as there are cores."""
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(os.cpu_count(), context, initializer=_work_in_a_copy, initargs=(folder,)) as pool,
    ):
        running = [pool.submit(_run, name, mutation, timeout) for name, mutation in mutants]
        for done in as_completed(running):
            yield done.result()


def _work_in_a_copy(folder: str) -> None:
    copy = Path(folder) / str(os.getpid())
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    os.chdir(copy)
    os.environ |= {"PYTHONPATH": str(copy / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "POLARS_MAX_THREADS": "1"}


def _run(name: str, mutation: MutationSpec, timeout: float) -> Outcome:
    return Outcome(name, mutation, mutate_and_test([mutation], _command(name), timeout))


def _command(name: str) -> str:
    """Return a shell command: the tests, the likeliest to notice first, then random cases of the oracle."""
    own = sorted(str(path) for path in Path("tests").glob(f"*/test_{name}.py"))
    left_out = [f"--deselect=tests/oracle/test_against_the_oracle.py{test}" for test in LEFT_OUT]
    options = ["-x", "-q", "-p", "pytest_asyncio.plugin", "-p", "no:cacheprovider", *left_out]
    tests = shlex.join([sys.executable, "-m", "pytest", *options, *own, *TESTS])
    cases = shlex.join([sys.executable, "-m", "tests.oracle", "--seed=mutants", f"--count={RANDOM_CASES}"])
    return shlex.join(["sh", "-c", f"{tests} && {cases}"])
