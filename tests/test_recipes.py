"""The recipes of CONTRIBUTING, followed word by word on a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.git_repository import GitRepository

ROOT = Path(__file__).parent.parent
RECIPES = ("Adding a column", "Adding a filter")

LOOKED_AT = """
import asyncio, io, json, sys
from contextlib import redirect_stdout
from pathlib import Path

import polars as pl
from docs.generator import analysis, api, reference

from horde_model_reference.cli import main
from horde_model_reference.service.app import create_demo_service
from tests.support.service import serving


def run(*arguments):
    sys.argv = ["horde-model-reference", *arguments]
    with redirect_stdout(io.StringIO()) as out:
        try:
            main()
        except SystemExit as ended:
            assert not ended.code, arguments
    return out.getvalue()


def report(category, form, *options):
    path = Path(f"{category}.{form}")
    run("deletion-risk", category, "--demo", "--format", form, "--output", str(path), *options)
    return path


def rows(category, *options):
    return json.loads(report(category, "json", *options).read_bytes())["models"]


async def page(path):
    async with serving(create_demo_service()) as client:
        return (await client.get(path)).raise_for_status().text


STATISTICS = "/api/model_references/statistics/{model_category_name}/deletion-risk"
document = api.openapi()
print(json.dumps({
    "rows": rows("image_generation"),
    "families": rows("text_generation", "--group-text-models"),
    "tagged": rows("image_generation", "--tagged"),
    "untagged": rows("image_generation", "--untagged"),
    "sorted": rows("image_generation", "--sort=-tag_count"),
    "csv": report("image_generation", "csv").read_text().splitlines()[0],
    "parquet": str(pl.read_parquet(report("image_generation", "parquet")).schema["tag_count"]),
    "markdown": report("image_generation", "markdown").read_text(),
    "table": report("image_generation", "table").read_text(),
    "help": run("deletion-risk", "--help"),
    "page": asyncio.run(page("/models/image_generation?tagged=true")),
    "properties": document["components"]["schemas"]["ModelDeletionRiskInfo"]["properties"],
    "parameters": {found["name"]: found for found in document["paths"][STATISTICS]["get"]["parameters"]},
    "sorts": document["components"]["schemas"]["SortChoice"]["enum"],
    "columns": analysis.columns(),
    "documented": api.parameters() + reference.commands(),
}))
"""


def diffs(recipe: str) -> list[str]:
    """The changes that a recipe shows."""
    (section,) = re.findall(
        rf"^## {recipe}\n(.*?)(?=^## )", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL
    )
    return re.findall(r"^```diff\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All that a copy of the project shows once the recipes were followed."""
    folder = tmp_path_factory.mktemp("recipes")
    for part in ("src", "docs", "tests/support"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests/__init__.py").touch()
    repository = GitRepository(folder)
    for recipe in RECIPES:
        for number, diff in enumerate(diffs(recipe)):
            change = folder / f"{recipe} {number}.diff"
            change.write_text(diff)
            repository.run("apply", str(change))
    path = os.pathsep.join(map(str, (folder / "src", folder)))
    environment = os.environ | {"PYTHONPATH": path, "COLUMNS": "200", "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", LOOKED_AT], check=False, cwd=folder, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_no_recipe_that_is_followed_here_touches_more_than_three_files() -> None:
    files = {recipe: re.findall(r"^\+\+\+ b/(.*)$", "".join(diffs(recipe)), re.MULTILINE) for recipe in RECIPES}
    assert {recipe: len(found) for recipe, found in files.items()} == {"Adding a column": 2, "Adding a filter": 3}


def test_the_column_is_in_every_format(seen: dict[str, Any]) -> None:
    assert {type(row["tag_count"]) for row in seen["rows"]} == {int}
    assert max(row["tag_count"] for row in seen["rows"]) > 0
    assert "tag_count" in seen["csv"].split(",")
    assert seen["parquet"] == "Int64"
    assert "| Tags |" in seen["markdown"]
    assert " Tags " in seen["table"]


def test_rows_sort_by_the_column(seen: dict[str, Any]) -> None:
    counts = [row["tag_count"] for row in seen["sorted"]]
    assert counts == sorted(counts, reverse=True)


def test_families_have_the_column_by_its_rule(seen: dict[str, Any]) -> None:
    assert {type(row["tag_count"]) for row in seen["families"]} == {int}


def test_the_filter_keeps_and_leaves_out(seen: dict[str, Any]) -> None:
    tagged, untagged = ({row["name"] for row in seen[side]} for side in ("tagged", "untagged"))
    assert tagged == {row["name"] for row in seen["rows"] if row["tag_count"]}
    assert untagged == {row["name"] for row in seen["rows"]} - tagged
    assert tagged
    assert untagged


def test_the_page_has_the_column_and_the_filter(seen: dict[str, Any]) -> None:
    assert re.search(r"<th [^>]*><a [^>]*>Tags</a></th>", seen["page"])
    assert "sort=-tag_count" in seen["page"]
    assert "tagged=false" in seen["page"]


def test_openapi_command_line_and_documentation_have_both(seen: dict[str, Any]) -> None:
    assert seen["properties"]["tag_count"]["description"] == "Tags of the record."
    assert "-tag_count" in seen["sorts"]
    assert seen["parameters"]["tagged"]["description"] == "Only models with tags, or others."
    assert "--tagged" in seen["help"]
    assert "| `tag_count` | whole number, tags |" in seen["columns"]
    assert "`tagged`" in seen["documented"]
    assert "`--tagged` / `--untagged`" in seen["documented"]
