"""The catalogue joined with what the Horde reports: every API name once (rule 1), zero not unknown (rule 3)."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from horde_model_reference.catalogue.catalogue import read_catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.integrations.attribution import AMBIGUOUS, ATTRIBUTED, UNATTRIBUTED
from horde_model_reference.integrations.data_merger import (
    MergedUsage,
    PeriodTotals,
    merge_category_with_horde_data,
    merge_columns,
)
from horde_model_reference.integrations.horde_api_models import MAX_FIGURE, PERIODS, USAGE, WORKERS, Observation
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, status_of
from tests.support.text_names import API_NAME, MODELS

UNKNOWN = PeriodTotals(None, None, None, None)


def merge(models: list[str], observation: Observation) -> MergedUsage:
    return merge_columns(pl.Series(models, dtype=pl.String), observation)


def model_rows(models: list[str], merged: MergedUsage) -> dict[str, dict[str, Any]]:
    """Return the figures by model; there is a row for each, in order."""
    return dict(zip(models, merged.models.to_dicts(), strict=True))


COUNT = st.integers(0, 50) | st.integers(0, MAX_FIGURE)
FIGURES = st.tuples(COUNT, COUNT, COUNT).map(lambda found: (min(found[:2]), max(found[:2]), found[2]))
STATS = st.dictionaries(API_NAME, FIGURES, max_size=10)
STATUS = st.dictionaries(API_NAME, COUNT, max_size=10)


@given(MODELS, STATS, STATUS)
def test_rule_1_every_api_name_counts_exactly_once(
    models: list[str], stats: dict[str, tuple[int, int, int]], status: dict[str, int]
) -> None:
    """For any catalogue and any names, what is reported ends up in exactly one place, to the last unit."""
    merged = merge(models, observation_of(stats_of(stats), status_of(status, jobs=status), TEXT))
    api_names = merged.api_names
    assert api_names["api_name"].to_list() == sorted(stats | status)
    for at, period in enumerate(PERIODS):
        totals = merged.totals[period]
        if not stats:
            assert totals == UNKNOWN
            continue
        where = dict(api_names.group_by("outcome").agg(pl.col(f"usage_{period}").sum()).iter_rows())
        assert totals.reported == sum(triple[at] for triple in stats.values())
        assert (totals.attributed, totals.ambiguous, totals.unattributed) == tuple(
            where.get(outcome, 0) for outcome in (ATTRIBUTED, AMBIGUOUS, UNATTRIBUTED)
        )
        assert totals.reported == sum(where.values())
        assert merged.models[f"usage_{period}"].sum() == totals.attributed
    of_models = api_names.filter(pl.col("outcome") == ATTRIBUTED)
    for column in WORKERS if status else ():
        assert merged.models[column].sum() == of_models[column].sum()
        assert api_names[column].sum() == sum(status.values())


@given(MODELS, STATS, STATUS)
def test_rule_1_a_model_has_the_sum_of_its_api_names(
    models: list[str], stats: dict[str, tuple[int, int, int]], status: dict[str, int]
) -> None:
    merged = merge(models, observation_of(stats_of(stats), status_of(status), TEXT))
    for index, row in enumerate(merged.models.to_dicts()):
        own = merged.api_names.filter(pl.col("model_index") == index)["api_name"].to_list()
        usage = [sum(stats.get(name, (0, 0, 0))[at] for name in own) if stats else None for at in range(3)]
        assert [row[column] for column in USAGE] == usage
        assert row["worker_count"] == (sum(status.get(name, 0) for name in own) if status else None)
        assert (row["usage_known"], row["workers_known"]) == (bool(stats), bool(status))


@settings(max_examples=30)
@given(MODELS, STATS, STATUS, st.data())
def test_rule_3_a_senseless_figure_makes_one_model_unknown_and_no_other(
    models: list[str], stats: dict[str, tuple[int, int, int]], status: dict[str, int], data: st.DataObject
) -> None:
    assume(len(stats) > 1)
    name = data.draw(st.sampled_from(sorted(stats)))
    period = data.draw(st.sampled_from(PERIODS))
    raw = stats_of(stats)
    raw[period][name] = data.draw(st.sampled_from([-1, None, "7", 1.5]))  # type: ignore[assignment]
    merged = merge(models, observation_of(raw, status_of(status), TEXT))
    sound = merge(models, observation_of(stats_of(stats), status_of(status), TEXT))
    at = merged.api_names.filter(pl.col("api_name") == name)["model_index"].item()
    expected = sound.models.to_dicts()
    if at is not None:
        expected[at] |= {f"usage_{period}": None, "usage_known": False}
    assert merged.models.to_dicts() == expected
    assert [merged.totals[other].reported for other in PERIODS] == [
        sum(triple[place] for other, triple in stats.items() if (other, at_period) != (name, period))
        for place, at_period in enumerate(PERIODS)
    ]


@settings(max_examples=30)
@given(MODELS, STATS, STATUS, st.randoms(use_true_random=False))
def test_rule_12_order_changes_nothing(
    models: list[str], stats: dict[str, tuple[int, int, int]], status: dict[str, int], chance: random.Random
) -> None:
    def shuffled(found: Mapping[str, Any]) -> dict[str, Any]:
        return {name: found[name] for name in chance.sample(sorted(found), len(found))}

    first = merge(models, observation_of(stats_of(stats), status_of(status), TEXT))
    second = merge(models, observation_of(stats_of(shuffled(stats)), status_of(shuffled(status)), TEXT))
    assert first.models.equals(second.models)
    assert first.api_names.equals(second.api_names)
    assert first.totals == second.totals


MODELS_OF_TEXT = ["a/busy", "a/idle", "a/shared"]
STATS_OF_TEXT = stats_of(
    {
        "a/busy": (1, 20, 300),
        "koboldcpp/busy-Q4_K_M": (2, 30, 400),
        "aphrodite/a/shared": (0, 5, 5),
        "stranger": (4, 40, 4),
    }
)
STATUS_OF_TEXT = status_of({"koboldcpp/busy.i1": 2, "a/busy": 3, "aphrodite/b/idle": 1}, jobs={"a/busy": 7})
NO_USAGE = dict.fromkeys(USAGE, 0)
NULL_USAGE = dict.fromkeys(USAGE)
NULL_WORKERS = dict.fromkeys(WORKERS) | {"workers_known": False}


def test_the_figures_of_a_small_catalogue() -> None:
    merged = merge_category_with_horde_data(
        catalogue_of(MODELS_OF_TEXT, TEXT), observation_of(STATS_OF_TEXT, STATUS_OF_TEXT, TEXT)
    )
    known = {"usage_known": True, "workers_known": True}
    assert model_rows(MODELS_OF_TEXT, merged) == {
        "a/busy": {"usage_day": 3, "usage_month": 50, "usage_total": 700, "worker_count": 5, "queued_jobs": 7} | known,
        "a/idle": NO_USAGE | {"worker_count": 1, "queued_jobs": 0} | known,
        "a/shared": {"usage_day": 0, "usage_month": 5, "usage_total": 5, "worker_count": 0, "queued_jobs": 0} | known,
    }
    assert merged.totals == {
        "day": PeriodTotals(7, 3, 0, 4),
        "month": PeriodTotals(95, 55, 0, 40),
        "total": PeriodTotals(709, 705, 0, 4),
    }
    assert merged.warnings == ()


def test_api_names_have_their_own_figures() -> None:
    """One that only the status lists was not used, one that only the statistics list is not served (rule 3)."""
    merged = merge(MODELS_OF_TEXT, observation_of(STATS_OF_TEXT, STATUS_OF_TEXT, TEXT))
    rows = {row["api_name"]: row for row in merged.api_names.to_dicts()}
    assert list(rows) == sorted({*STATS_OF_TEXT["day"], *(entry["name"] for entry in STATUS_OF_TEXT)})
    of_status, of_stats = rows["koboldcpp/busy.i1"], rows["aphrodite/a/shared"]
    assert (of_status["backend"], of_status["outcome"], of_status["model_index"]) == ("koboldcpp", ATTRIBUTED, 0)
    assert {column: of_status[column] for column in (*USAGE, "worker_count", "performance")} == {
        **NO_USAGE,
        "worker_count": 2,
        "performance": 10.0,
    }
    assert {column: of_stats[column] for column in (*WORKERS, "performance")} == {
        "worker_count": 0,
        "queued_jobs": 0,
        "performance": None,
    }


UNKNOWN_STATS: dict[str, Any] = {
    "no rows": stats_of({}),
    "no months": {period: STATS_OF_TEXT[period] for period in ("day", "total")},
    "nothing": {},
    "nulls": {period: dict.fromkeys(found) for period, found in STATS_OF_TEXT.items()},
}
UNKNOWN_STATUS: dict[str, Any] = {
    "no rows": [],
    "masked": [{"name": entry["name"], "count": entry["count"]} for entry in STATUS_OF_TEXT],
    "nulls": [dict.fromkeys(entry) | {"name": entry["name"]} for entry in STATUS_OF_TEXT],
    "one entry, half of it readable": [STATUS_OF_TEXT[0] | {"jobs": -1}],
}


@pytest.mark.parametrize("raw", UNKNOWN_STATS.values(), ids=UNKNOWN_STATS)
def test_rule_3_unknown_statistics_make_all_usage_unknown_and_leave_workers(raw: Any) -> None:
    merged = merge(MODELS_OF_TEXT, observation_of(raw, STATUS_OF_TEXT, TEXT))
    sound = merge(MODELS_OF_TEXT, observation_of(STATS_OF_TEXT, STATUS_OF_TEXT, TEXT))
    assert merged.models.to_dicts() == [row | NULL_USAGE | {"usage_known": False} for row in sound.models.to_dicts()]
    assert set(merged.totals.values()) == {UNKNOWN}
    assert merged.api_names.select(USAGE).null_count().row(0) == (merged.api_names.height,) * 3


@pytest.mark.parametrize("raw", UNKNOWN_STATUS.values(), ids=UNKNOWN_STATUS)
def test_rule_3_an_unknown_status_makes_all_workers_unknown_and_leaves_usage(raw: Any) -> None:
    merged = merge(MODELS_OF_TEXT, observation_of(STATS_OF_TEXT, raw, TEXT))
    sound = merge(MODELS_OF_TEXT, observation_of(STATS_OF_TEXT, STATUS_OF_TEXT, TEXT))
    assert merged.models.to_dicts() == [row | NULL_WORKERS for row in sound.models.to_dicts()]
    assert merged.totals == sound.totals


@pytest.mark.parametrize(("field", "column"), [("count", "worker_count"), ("jobs", "queued_jobs")])
def test_rule_3_a_senseless_worker_figure_makes_one_model_unknown(field: str, column: str) -> None:
    raw = [entry | ({field: -1} if entry["name"] == "a/busy" else {}) for entry in STATUS_OF_TEXT]
    merged = merge(MODELS_OF_TEXT, observation_of(STATS_OF_TEXT, raw, TEXT))
    sound = merge(MODELS_OF_TEXT, observation_of(STATS_OF_TEXT, STATUS_OF_TEXT, TEXT)).models.to_dicts()
    sound[0] |= {column: None, "workers_known": column != "worker_count"}
    assert merged.models.to_dicts() == sound


@pytest.mark.parametrize("category", [IMAGE, TEXT])
def test_nothing_joined_with_nothing(category: MODEL_REFERENCE_CATEGORY) -> None:
    merged = merge([], observation_of({}, [], category))
    assert (merged.models.height, merged.api_names.height, set(merged.totals.values())) == (0, 0, {UNKNOWN})
    merged = merge(["m"], observation_of({}, [], category))
    assert merged.models.to_dicts() == [NULL_USAGE | NULL_WORKERS | {"usage_known": False}]


def test_rule_7_a_name_that_a_text_worker_took_has_unknown_workers() -> None:
    """Exactly that name, with a warning; its usage stays known, and so does everything of the others."""
    models = ["Deliberate", "deliberate", "Other"]
    stats, status = stats_of({"Deliberate": 4}), status_of({"Other": 2, "Deliberate": 1})
    plain = merge(models, observation_of(stats, status))
    clash = merge(models, observation_of(stats, status, other_type_names=frozenset({"Deliberate", "koboldcpp/Other"})))
    expected = plain.models.to_dicts()
    expected[0] |= NULL_WORKERS
    assert clash.models.to_dicts() == expected
    assert expected[0]["usage_known"]
    assert clash.totals == plain.totals
    assert plain.warnings == ()
    assert [(warning.code, "'Deliberate'" in warning.message) for warning in clash.warnings] == [("name_clash", True)]


def test_rule_7_while_names_of_text_workers_are_unknown_they_could_hide_every_model_that_is_not_listed() -> None:
    models, stats, status = ["Deliberate", "Other"], stats_of({"Deliberate": 4}), status_of({"Other": 2})
    plain = merge(models, observation_of(stats, status))
    unknown = merge(models, observation_of(stats, status, other_type_names=None))
    assert plain.models["worker_count"].to_list() == [0, 2]
    assert unknown.models["worker_count"].to_list() == [None, 2]
    assert unknown.models["workers_known"].to_list() == [False, True]
    assert (unknown.totals, unknown.warnings) == (plain.totals, ())


def test_rule_13_the_warning_of_a_clash_shows_the_name_inert() -> None:
    name = "\x1b[31mred\u202e\nline"
    clash = merge([name], observation_of(stats_of({name: 1}), other_type_names=frozenset({name})))
    assert all(character.isprintable() for character in clash.warnings[0].message)


CAPTURED = {
    "image": (IMAGE, "stable_diffusion.json", "stats_img_models_all.json", "status_models_image_all.json"),
    "text": (TEXT, "models.csv", "stats_text_models.json", "status_models_text_all.json"),
}


def captured(shared_data: Path, kind: str) -> tuple[list[str], dict[str, dict[str, int]], MergedUsage]:
    category, catalogue_file, stats_file, status_file = CAPTURED[kind]
    catalogue = read_catalogue((shared_data / "catalogue" / catalogue_file).read_bytes(), category, catalogue_file)
    stats, status = (json.loads((shared_data / "horde-api" / file).read_bytes()) for file in (stats_file, status_file))
    merged = merge_category_with_horde_data(catalogue, observation_of(stats, status, category))
    return catalogue.frame["name"].to_list(), stats, merged


@pytest.mark.parametrize("kind", CAPTURED)
def test_rule_1_holds_on_the_captured_answers(shared_data: Path, kind: str) -> None:
    _, stats, merged = captured(shared_data, kind)
    for period in PERIODS:
        totals = merged.totals[period]
        assert totals.reported == sum(stats[period].values())
        assert totals.attributed == merged.models[f"usage_{period}"].sum()
        assert None not in (totals.attributed, totals.ambiguous, totals.unattributed)
        assert (totals.attributed or 0) + (totals.ambiguous or 0) + (totals.unattributed or 0) == totals.reported
    assert merged.models["usage_known"].all()
    assert merged.models["workers_known"].all()


def test_rule_1_one_model_over_three_backends(shared_data: Path) -> None:
    names, _, merged = captured(shared_data, "text")
    at = names.index("Sao10K/L3-8B-Stheno-v3.2")
    own = merged.api_names.filter(pl.col("model_index") == at)
    assert merged.models["usage_month"][at] == own["usage_month"].sum() == 65974
    assert dict(own.group_by("backend").agg(pl.col("usage_month").sum()).iter_rows()) == {
        "canonical": 5194,
        "koboldcpp": 25268 + 17813 + 9760,
        "aphrodite": 7939,
    }
