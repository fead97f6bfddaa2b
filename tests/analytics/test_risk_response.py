"""The answers about one model and about API names, with the evidence."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.analytics.detail_schema import ApiNameInfo, FlagEvidence
from horde_model_reference.analytics.flags import FLAGS
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_for_model, respond_with_attribution
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.errors import UnknownModelError
from tests.support.builders import (
    FETCHED,
    GOOD_URL,
    IMAGE,
    MODIFIED,
    TEXT,
    catalogue_of,
    observation_of,
    stats_of,
    status_of,
    table_of,
)
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.rows import files, flags_of, rows_of

STATS, STATUS, RECORD = "the Horde's statistics", "the Horde's model status", "the catalogue's record"

EVIDENCE: dict[str, tuple[object, float | None, str, str]] = {
    "zero_usage_day": (0, 1, "requests in 24 hours", STATS),
    "zero_usage_month": (0, 1, "requests in 30 days", STATS),
    "zero_usage_total": (0, 1, "requests ever", STATS),
    "no_active_workers": (0, 1, "worker threads", STATUS),
    "has_multiple_hosts": (["civitai.com", "huggingface.co"], None, "hosts", RECORD),
    "has_non_preferred_host": (["civitai.com", "huggingface.co"], None, "hosts", RECORD),
    "has_unknown_host": (1, None, "unusable addresses", RECORD),
    "missing_description": (False, None, "yes or no", RECORD),
    "missing_baseline": (None, None, "baseline", RECORD),
    "low_usage": (0.0, 0.0065, "percent of the category's month usage", STATS),
}
"""Observed value, threshold, unit and source of a model that everything speaks against that can at once."""


def condemned() -> RiskTable:
    fields = files(GOOD_URL, "https://civitai.com/x", "ftp://x/y") | {"description": "", "baseline": ""}
    return table_of(catalogue_of({"model": fields, "other": {}}), observation_of(stats_of({"other": 1000})))


def test_every_set_flag_has_its_evidence() -> None:
    """Section 4: the observed value, the threshold, the unit and the source, in the order of the flags."""
    found = respond_for_model(condemned(), "model")
    assert {entry.flag for entry in found.evidence} == flags_of(found) == set(EVIDENCE)
    assert [entry.flag for entry in found.evidence] == [flag.name for flag in FLAGS if flag.name in EVIDENCE]
    for entry in found.evidence:
        assert (entry.observed, entry.threshold, entry.unit, entry.source) == EVIDENCE[entry.flag]
    severities = {flag.name: (flag.severity, flag.sentence) for flag in FLAGS}
    assert all((entry.severity, entry.sentence) == severities[entry.flag] for entry in found.evidence)


def evidence_for(flag: str, table: RiskTable, model: str) -> FlagEvidence:
    (found,) = [entry for entry in respond_for_model(table, model).evidence if entry.flag == flag]
    return found


def test_evidence_of_no_downloads() -> None:
    table = table_of(catalogue_of({"m": files()}), observation_of(stats_of({"m": 1})))
    assert evidence_for("no_download_urls", table, "m").observed == []


def test_evidence_of_low_usage_is_the_exact_share() -> None:
    """Rule 5: one threshold, carried with its unit; the observed value is not rounded."""
    stats = stats_of({"m": 1, "n": 29_999})
    found = evidence_for(
        "low_usage", table_of(catalogue_of(["m", "n"], TEXT), observation_of(stats, category=TEXT)), "m"
    )
    assert (found.observed, found.threshold) == (100 / 30_000, 0.02)


def test_a_sound_model_has_no_evidence() -> None:
    observation = observation_of(stats_of({"m": 1}), status_of({"m": 1}))
    found = respond_for_model(table_of(catalogue_of(["m"]), observation), "m")
    assert (found.evidence, found.at_risk) == ([], False)


def test_api_names_of_a_model(text: RiskTable) -> None:
    """The names attributed to it and no others, with figures that add up to its own (rule 1)."""
    found = respond_for_model(text, "Qwen/Qwen2.5-Coder-14B-Instruct")
    assert [entry.api_name for entry in found.api_names] == [
        "KoboldCpp/Qwen2.5-Coder-14B-Instruct",
        "Qwen/Qwen2.5-Coder-14B-Instruct",
        "aphrodite/Qwen/Qwen2.5-Coder-14B-Instruct",
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q4_K_M",
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q5_K_M",
    ]
    assert {(entry.model, entry.outcome) for entry in found.api_names} == {(found.name, "attributed")}
    for figure in ("usage_day", "usage_month", "usage_total", "worker_count", "queued_jobs"):
        assert sum(getattr(entry, figure) for entry in found.api_names) == getattr(found, figure)
    assert [variation.backend for variation in found.backend_variations or ()] == [
        "aphrodite",
        "canonical",
        "koboldcpp",
    ]


def test_every_model_can_be_asked_for_and_says_what_its_row_says(text: RiskTable, varied: RiskTable) -> None:
    """Names with slashes, brackets or any Unicode among them."""
    for table in (text, varied):
        for name, row in rows_of(table, include_backend_variations=True).items():
            found = respond_for_model(table, name)
            assert (
                found.model_dump(
                    exclude={
                        "dependents",
                        "links",
                        "evidence",
                        "link_evidence",
                        *("api_names", "possible_api_names", "data_as_of"),
                    }
                )
                == row.model_dump()
            )
            assert {entry.flag for entry in found.evidence} == flags_of(row)


@pytest.mark.parametrize("category", [IMAGE, TEXT])
def test_hostile_names_can_be_asked_for(category: Any) -> None:
    """Rule 13: in JSON a name is the name, whatever it is made of."""
    names = list(HOSTILE_NAMES.values())
    table = table_of(catalogue_of(names, category), observation_of(stats_of({names[0]: 1}), category=category))
    assert [respond_for_model(table, name).name for name in names] == names


@pytest.mark.parametrize(
    ("asked", "closest"),
    [("delibrate", "Deliberate"), ("DELIBERATE", "Deliberate"), ("Anything", "Anything Diffusion"), ("d" * 9999, None)],
)
def test_an_unknown_name_proposes_the_closest(asked: str, closest: str | None) -> None:
    """Five at most, the closest first, ignoring case."""
    names = ["Deliberate", "Anything Diffusion", "ICBINP", "Dreamshaper", "AbyssOrangeMix", "BB95 Furry Mix"]
    table = table_of(catalogue_of(names), observation_of(stats_of({"x": 1})))
    with pytest.raises(UnknownModelError) as caught:
        respond_for_model(table, asked)
    proposed = caught.value.hint.removeprefix("The closest names are: ").removesuffix(".").split(", ")
    assert len(proposed) == 5
    assert set(proposed) < set(names)
    assert proposed[0] == (closest or proposed[0])


def test_an_unknown_name_is_said_inert(varied: RiskTable) -> None:
    """Rule 13: neither message nor hint carries what acts."""
    names = list(HOSTILE_NAMES.values())
    table = table_of(catalogue_of(names), observation_of(stats_of({"x": 1})))
    for name in ("\x1b[31mred", "one\ntwo", "\udcff", ""):
        with pytest.raises(UnknownModelError) as caught:
            respond_for_model(table, name)
        assert (caught.value.message + caught.value.hint).isprintable()


NO_NAME = "No model has this name, with or without author and endings, whatever the case."

REASONS: dict[str, tuple[str, str | None, list[str], str]] = {
    "a/Foo": ("attributed", "a/Foo", [], "Found by the full name."),
    "A/foo": ("attributed", "a/Foo", [], "Found by the full name, ignoring case."),
    "Foo": ("attributed", "a/Foo", [], "Found by the name without its author."),
    "foo": ("attributed", "a/Foo", [], "Found by the name without its author, ignoring case."),
    "KoboldCpp/Foo": (
        "attributed",
        "a/Foo",
        [],
        "Found by the name without its author, with 'KoboldCpp/' taken off.",
    ),
    "aphrodite/a/Foo-Q4_K_M.gguf": (
        "attributed",
        "a/Foo",
        [],
        "Found by the full name, with 'aphrodite/' and '-Q4_K_M.gguf' taken off.",
    ),
    "Q4-Q4": ("attributed", "Q4", [], "Found by the full name, with '-Q4' taken off."),
    "twin": ("ambiguous", None, ["b/twin", "c/twin"], "Several models share the name without its author."),
    "koboldcpp/TWIN-q8_0": (
        "ambiguous",
        None,
        ["b/twin", "c/twin"],
        "Several models share the name without its author, ignoring case, with 'koboldcpp/' and '-q8_0' taken off.",
    ),
    "nobody's\x1b": ("unattributed", None, [], NO_NAME),
}


@pytest.fixture(scope="module")
def attributed() -> RiskTable:
    figures = {name: (at, 10 * at, 100 * at) for at, name in enumerate(REASONS, 1)}
    status = status_of({"a/Foo": 2, "served only": 1}, jobs={"a/Foo": 3}, performance={"a/Foo": 1.5})
    return table_of(
        catalogue_of(["a/Foo", "b/twin", "c/twin", "Q4"], TEXT), observation_of(stats_of(figures), status, TEXT)
    )


def test_every_api_name_is_listed_once(attributed: RiskTable) -> None:
    """Rules 1 and 2d: those of no model by use, the others by name; the outcomes add up to what was reported."""
    answer = respond_with_attribution(attributed)
    names = [entry.api_name for entry in answer.api_names]
    of_no_model = [entry for entry in answer.api_names if entry.outcome != "attributed"]
    assert sorted(names) == sorted([*REASONS, "served only"])
    assert names[: len(of_no_model)] == [entry.api_name for entry in of_no_model]
    assert names[len(of_no_model) :] == sorted(names[len(of_no_model) :])
    months = [entry.usage_month or 0 for entry in of_no_model]
    assert months == sorted(months, reverse=True)
    assert {entry.api_name: entry.likely_models for entry in of_no_model}["twin"] == ["b/twin", "c/twin"]
    for period in ("day", "month", "total"):
        totals = getattr(answer.attribution, period)
        sums = {
            outcome: sum(getattr(e, f"usage_{period}") for e in answer.api_names if e.outcome == outcome)
            for outcome in ("attributed", "ambiguous", "unattributed")
        }
        assert sums == totals.model_dump(exclude={"reported"})
        assert sum(sums.values()) == totals.reported


@pytest.mark.parametrize("api_name", REASONS)
def test_the_reason_says_how_a_name_was_found(api_name: str, attributed: RiskTable) -> None:
    """Rule 2 in words: by which look-up, and what was taken off; or which models it could be."""
    (entry,) = [e for e in respond_with_attribution(attributed).api_names if e.api_name == api_name]
    assert (entry.outcome, entry.model, entry.candidates, entry.reason) == REASONS[api_name]


def test_figures_of_an_api_name(attributed: RiskTable) -> None:
    def figures(entry: ApiNameInfo) -> tuple[object, ...]:
        return entry.usage_day, entry.usage_month, entry.usage_total, entry.worker_count, entry.queued_jobs

    found = {entry.api_name: entry for entry in respond_with_attribution(attributed).api_names}
    assert figures(found["a/Foo"]) == (1, 10, 100, 2, 3)
    assert found["a/Foo"].performance == 1.5
    assert figures(found["served only"]) == (0, 0, 0, 1, 0)


def test_at_most_ten_candidates_are_listed() -> None:
    names = [f"{author}/twin" for author in "abcdefghijkl"]
    table = table_of(catalogue_of(names, TEXT), observation_of(stats_of({"twin": 1}), category=TEXT))
    (entry,) = [e for e in respond_with_attribution(table).api_names if e.api_name == "twin"]
    assert entry.candidates == names[:10]


def test_an_answer_says_of_when_its_data_is(text: RiskTable) -> None:
    """Rule 12: times in the body are those of the data; every answer carries them."""
    answers = (
        respond(text, RiskQuery()),
        respond_for_model(text, "plain"),
        respond_with_attribution(text),
    )
    for answer in answers:
        assert (answer.data_as_of.status_fetched_at, answer.data_as_of.stats_fetched_at) == (FETCHED, FETCHED)
        assert answer.data_as_of.catalogue_modified_at == MODIFIED
        assert answer.data_as_of.catalogue_revision == text.data_as_of.catalogue_revision
        assert answer.data_as_of.stale is False


def test_counts_of_an_answer(text: RiskTable) -> None:
    """The catalogue's models are counted as models, even where families are shown."""
    answer = respond(text, RiskQuery(group_text_models=True, search="e", limit=1, offset=1))
    assert (answer.category_model_count, answer.total_count, answer.returned_count) == (6, 3, 1)
    assert (answer.limit, answer.offset, len(answer.models)) == (1, 1, 1)
    assert answer.category_total_month_usage == answer.attribution.month.attributed == 1079
    assert answer.summary.total_models == 3


@pytest.mark.parametrize("grouped", [False, True])
def test_grouping_leaves_image_models_alone(grouped: bool, varied: RiskTable) -> None:
    rows = rows_of(varied, group_text_models=grouped)
    assert rows == rows_of(varied)
    assert {row.members for row in rows.values() if row.members is None} == {None}
    assert len(rows) == 15


def test_warnings_are_the_notices(varied: RiskTable) -> None:
    answer = respond(varied, RiskQuery())
    assert [(warning.code, warning.message) for warning in answer.warnings] == [
        (warning.code, warning.message) for warning in varied.warnings
    ]
    assert "name_clash" in {warning.code for warning in answer.warnings}


def test_a_detail_lists_the_models_links() -> None:
    """Design section 8: links to the model's pages; a hostile address is none."""
    homepage = {"model": "https://huggingface.co/a/b", "other": "javascript:alert(1)"}
    records = {name: {"homepage": url, "config": {}} for name, url in homepage.items()}
    table = table_of(catalogue_of(records), observation_of(stats_of({"model": 1})))
    (link,) = respond_for_model(table, "model").links
    assert (link.kind, link.url, link.source) == ("hugging_face", "https://huggingface.co/a/b", "record")
    assert respond_for_model(table, "other").links == []
