"""The terminal: tables that fit it, in which names stay text (rule 13)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_for_model
from horde_model_reference.analytics.risk_schema import WarningInfo
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.escaping import visible
from horde_model_reference.reports.terminal import explanation, report
from tests.support.builders import FETCHED, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.rows import files, rows_of
from tests.support.screens import screen

NOW = FETCHED + timedelta(hours=2)
WIDTHS = [60, 80, 120]
COLOUR = re.compile(r"\x1b\[[\d;]*m")

VIEWS: list[tuple[str, dict[str, Any]]] = [
    ("hostile", {"sort": "removal"}),
    ("hostile_text", {"include_backend_variations": True}),
    ("hostile_text", {"group_text_models": True}),
    ("tiny", {}),
    ("tiny", {"search": "no such model"}),
]


def words_of(line: str) -> str:
    return " ".join(line.split())


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_name_is_inert(name: str, colour: bool, hostile: RiskTable) -> None:
    """Rule 13: a name stands in report and explanation as it is, its controls as escapes, its markup as text."""
    answer = respond(hostile, RiskQuery())
    one = answer.model_copy(update={"models": [rows_of(hostile)[name]], "warnings": []})
    for shown in (report(one, NOW), explanation(respond_for_model(hostile, name), NOW)):
        plain = COLOUR.sub("", screen(shown, colour=colour))
        assert words_of(visible(name)) in words_of(plain)
        assert not ACTIVE.search(plain.replace("\n", ""))


def test_warnings_are_inert(hostile: RiskTable) -> None:
    """Rule 13: names are in warnings too."""
    answer = respond(hostile, RiskQuery())
    further = WarningInfo(code="x", message="\x1b[31m and [bold]markup[/]")
    answer = answer.model_copy(update={"warnings": [*answer.warnings, further]})
    plain = screen(report(answer, NOW))
    assert all(words_of(visible(warning.message)) in words_of(plain) for warning in answer.warnings)
    assert not ACTIVE.search(plain.replace("\n", ""))


def test_api_names_are_inert() -> None:
    """Rule 13: the names that the Horde reports are as hostile as the catalogue's."""
    distinct = {name.strip(): name for name in HOSTILE_NAMES.values() if "/" not in name}  # Outer blanks come off.
    names = [f"koboldcpp/{name}" for name in distinct.values()]
    models = [*distinct.values()]
    observation = observation_of(stats_of(dict.fromkeys(names, 1)), status_of(dict.fromkeys(names, 1)), TEXT)
    table = table_of(catalogue_of(models, TEXT), observation)
    query = RiskQuery(include_backend_variations=True)
    shown = [report(respond(table, query), NOW), *(explanation(respond_for_model(table, m), NOW) for m in models)]
    for plain in map(screen, shown):
        assert not ACTIVE.search(plain.replace("\n", ""))
    for plain in (screen(shown[0]), "".join(map(screen, shown[1:]))):
        assert all(words_of(visible(name)) in words_of(plain) for name in names)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("view", "query"), VIEWS)
def test_a_report_fits_the_terminal(
    view: str, query: dict[str, Any], width: int, request: pytest.FixtureRequest
) -> None:
    """Section 7: no line is wider, and no level or figure is cut, however large."""
    answer = respond(request.getfixturevalue(view), RiskQuery(**query))
    lines = screen(report(answer, NOW), width).splitlines()
    assert max(cell_len(line) for line in lines) <= width
    shown = " ".join(lines).split()
    for row in answer.models:
        assert row.risk_level.value in shown
        assert row.usage_month is None or f"{row.usage_month:,}" in shown
    assert "…" not in "".join(shown).replace("…'", "")  # Messages end a long name so, within its quotes.


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("view", ["hostile", "hostile_text", "tiny"])
def test_an_explanation_fits_the_terminal(view: str, width: int, request: pytest.FixtureRequest) -> None:
    """Section 7: no line is wider, and nothing is cut."""
    table: RiskTable = request.getfixturevalue(view)
    for name in list(rows_of(table))[:8]:
        detail = respond_for_model(table, name)
        lines = screen(explanation(detail, NOW), width).splitlines()
        assert max(cell_len(line) for line in lines) <= width
        assert "…" not in "".join(lines)
        if view == "tiny":
            assert all(f"{entry.usage_month:,}" in " ".join(lines).split() for entry in detail.api_names)


@pytest.mark.parametrize("width", [100, 120])
def test_a_report_shows_what_a_curator_needs(width: int, tiny: RiskTable) -> None:
    """Name, level, month use, share, workers, size and reasons of each model; then counts, sources and age."""
    shown = screen(report(respond(tiny, RiskQuery(sort="removal")), NOW), width)
    lines = [words_of(line) for line in shown.splitlines()]
    assert "Model Level use Share ers GB les Why" in lines
    rows = [line for line in lines if line.startswith(("Old One", "Poor", "Deliberate"))]
    assert rows == [
        "Old One critical 0 0.0% 0 7.5 ? never used, no workers",
        "Poor low 2 0.016% 1 ? ? other host, no description",
        "Deliberate none 12,345 100.0% 12 2.0 ?",
    ]
    closing = words_of(shown[shown.index("3 of 3") :])
    assert closing == (
        "3 of 3 models, 2 at risk (1 critical, 1 low, 1 none); month usage 12,347 of 12,347. "
        "Of 12,367 requests reported this month, 12,347 belong to a model, 0 could belong to several, 20 to none. "
        "Horde asked 2 hours ago; catalogue of 2026-11-20 12:00 UTC, revision "
        f"{tiny.data_as_of.catalogue_revision[:10]}."
    )


def test_families_say_how_many_members_they_have() -> None:
    table = table_of(
        catalogue_of(["a/foo-7B", "b/foo-13B", "bar"], TEXT), observation_of(stats_of({"bar": 1}), category=TEXT)
    )
    shown = screen(report(respond(table, RiskQuery(group_text_models=True)), NOW))
    assert "foo (2)" in shown
    assert "bar (1)" in shown


def test_backends_stand_below_their_model() -> None:
    figures = {"koboldcpp/foo-Q4": (1, 20, 300), "foo": (1, 3, 5)}
    table = table_of(
        catalogue_of(["a/foo"], TEXT), observation_of(stats_of(figures), status_of({"koboldcpp/foo-Q4": 2}), TEXT)
    )
    shown = screen(report(respond(table, RiskQuery(include_backend_variations=True)), NOW))
    lines = [words_of(line) for line in shown.splitlines()]
    at = next(at for at, line in enumerate(lines) if line.startswith("a/foo"))
    assert lines[at + 1 : at + 3] == ["canonical 3 0 foo", "koboldcpp 20 2 koboldcpp/foo-Q4"]


def test_an_explanation_shows_verdict_evidence_and_names(tiny: RiskTable) -> None:
    """Section 4: what was observed, what it is held against, where it comes from."""
    shown = screen(explanation(respond_for_model(tiny, "Old One"), NOW), 200)
    assert words_of(shown).startswith(
        "Old One critical 0 requests in a day, 0 in 30 days (0.0% of the category), 0 ever; "
        "0 worker threads, 0 jobs waiting 7.5 GB; baseline stable_diffusion_xl; files on huggingface.co"
    )
    lines = [words_of(line) for line in shown.splitlines()]
    assert (
        "high Nobody used it in the last 30 days. [zero_usage_month] 0 1 requests in 30 days the Horde's statistics"
        in lines
    )
    assert "The Horde reports no name that belongs to it." in lines
    assert "Horde asked 2 hours ago" in lines[-1]


def test_an_explanation_of_a_sound_model(tiny: RiskTable) -> None:
    shown = screen(explanation(respond_for_model(tiny, "Deliberate"), NOW), 200)
    lines = [words_of(line) for line in shown.splitlines()]
    assert "Nothing speaks against it." in lines
    assert "Deliberate canonical 400 12,345 99,999 12 Found by the full name." in lines


def test_evidence_that_is_no_number(tiny: RiskTable) -> None:
    shown = screen(explanation(respond_for_model(tiny, "Poor"), NOW), 200)
    lines = [words_of(line) for line in shown.splitlines()]
    assert "low Its record has no description. [missing_description] no the catalogue's record" in lines
    assert any("[has_non_preferred_host] civitai.com the catalogue's record" in line for line in lines)
    assert "? GB" in shown


def test_unknown_figures_are_shown_as_unknown() -> None:
    """Rule 3: a question mark, never 0."""
    table = table_of(catalogue_of({"m": {"size_on_disk_bytes": None}}), observation_of({}, []))
    lines = [words_of(line) for line in screen(report(respond(table, RiskQuery()), NOW)).splitlines()]
    assert "m none ? ? ? ? ?" in lines
    assert "The Horde reports no usage figures just now." in lines
    assert "? requests in a day, ? in 30 days (? of the category), ? ever; ? worker threads" in screen(
        explanation(respond_for_model(table, "m"), NOW)
    )


def test_an_explanation_lists_pages_and_files() -> None:
    """Design section 8; rule 13: what is no plain address is not shown as one."""
    addresses = [f"https://h.example/{at}" for at in range(12)]
    records = {"a": {"homepage": "https://civitai.com/models/1", **files(*addresses)}, "b": files("javascript:x")}
    table = table_of(catalogue_of(records), observation_of(stats_of({"a": 1})))
    lines = screen(explanation(respond_for_model(table, "a"), NOW), 120).splitlines()
    found = [line.strip() for line in lines if "https://" in line]
    assert found == [
        "Civitai: https://civitai.com/models/1",
        *(f"file on h.example: {url}" for url in addresses[:9]),
    ]
    assert "and 3 more" in [line.strip() for line in lines]
    assert "No page of it is known." in screen(explanation(respond_for_model(table, "b"), NOW), 120)
