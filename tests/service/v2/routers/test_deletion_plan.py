"""The plan over HTTP: computed, and nothing written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.verdict_builder import MOST_PROTECTIONS
from horde_model_reference.demo import DATA
from tests.support.builders import record, stats_of, status_of
from tests.support.curation import removed_from, verdicts_of
from tests.support.misbehaving_horde import SERVER_ERROR, Route
from tests.support.service import IMAGE_RISK, STATISTICS, V2, BlockingClient, a_world, assert_problem

URL = f"{V2}/image_generation/deletion-plan"
PROTECTED = "Aurora Vista XL"


def plan_from(answer: httpx.Response) -> Plan:
    assert answer.status_code == 200, answer.text
    return Plan.model_validate_json(answer.content)


@pytest.fixture
def files() -> Iterator[None]:
    """The sample, which must be the same afterwards."""
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in DATA.iterdir() if path.is_file()}
    yield
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in DATA.iterdir() if path.is_file()}
    assert after == before


@pytest.mark.parametrize("body", [None, {}, {"policy": {}}, {"select": None, "overrides": {}}])
def test_without_more_it_is_the_default_policy_s(
    demo: BlockingClient, files: None, body: object, tmp_path: Path
) -> None:
    plan = plan_from(demo.request("POST", URL, json=body) if body is not None else demo.request("POST", URL))
    assert plan.policy == Policy()
    assert removed_from(plan)
    rows = demo.get(f"{STATISTICS}/image_generation/deletion-risk?sort=removal").json()["models"]
    assert [verdict.name for verdict in plan.verdicts] == [row["name"] for row in rows]
    assert not list(tmp_path.rglob("*plan*"))


def test_policy_selection_and_overrides_are_followed(demo: BlockingClient, files: None) -> None:
    asked: dict[str, Any] = {
        "policy": {
            "limits": {"max_share_of_month_usage": 100},
            "protect": {"names": ["Quiet Tides", {"name": "x", "until": "2030-01-01"}], "globs": [{"glob": "Ember*"}]},
        },
        "select": [PROTECTED, "Marble Busts XL"],
        "overrides": {PROTECTED: "agreed", "Marble Busts XL": "agreed"},
    }
    plan = plan_from(demo.request("POST", URL, json=asked))
    assert set(removed_from(plan)) == {PROTECTED, "Marble Busts XL"}
    found = verdicts_of(plan)
    assert found[PROTECTED].override == "agreed"
    assert found["Quiet Tides"].reasons[0].code == "protected_by_name"
    assert plan.effect.broken_styles == ["aurora", "aurora-landscape", "aurora-portrait"]
    again = plan_from(demo.request("POST", URL, json=asked | {"policy": json.loads(plan.policy.model_dump_json())}))
    assert again.policy_hash == plan.policy_hash


def test_the_reason_of_a_curator_selects_overrides_and_is_kept(demo: BlockingClient, files: None) -> None:
    because = {"code": "superseded_by", "detail": "another"}
    asked: dict[str, Any] = {"policy": {"limits": {"max_share_of_month_usage": 100}}, "remove": {PROTECTED: because}}
    plan = plan_from(demo.request("POST", URL, json=asked))
    assert plan.selected == removed_from(plan) == [PROTECTED]
    assert json.loads(plan.model_dump_json())["verdicts"][0].keys() >= {"because"}
    assert verdicts_of(plan)[PROTECTED].reason_given == "superseded_by:another"
    with_others = plan_from(demo.request("POST", URL, json=asked | {"select": ["Marble Busts XL"]}))
    assert set(removed_from(with_others)) == {PROTECTED, "Marble Busts XL"}


@pytest.mark.parametrize(
    "because", [{"code": "brokn"}, {"code": "other"}, {"code": "other", "detail": " "}, "broken", {}]
)
def test_a_malformed_reason_of_a_curator_is_a_422(demo: BlockingClient, because: object) -> None:
    answer = demo.request("POST", URL, json={"remove": {PROTECTED: because}})
    assert_problem(answer, 422, "parameters_malformed")


def test_a_protection_that_protects_nothing_is_told(demo: BlockingClient) -> None:
    asked = {"policy": {"protect": {"names": ["aurora vista"]}}}
    warnings = {warning.code: warning.message for warning in plan_from(demo.request("POST", URL, json=asked)).warnings}
    assert f"The closest names are: {PROTECTED}, " in warnings["protection_matches_nothing"]


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"select": [PROTECTED]}, 409, "plan_refused", "is protected"),
        ({"select": [PROTECTED], "overrides": {PROTECTED: " "}}, 409, "plan_refused", "is protected"),
        ({"overrides": {PROTECTED: "agreed"}}, 409, "plan_refused", "not selected"),
        (
            {"select": [PROTECTED], "overrides": {PROTECTED: "x"}, "policy": {"limits": {"max_models": 0}}},
            409,
            "plan_refused",
            "limits.max_models",
        ),
        ({"select": [PROTECTED]}, 409, "plan_refused", "`overrides` in a request's body"),
        ({"select": ["nobody\u202e"]}, 404, "model_unknown", "nobody"),
        ({"select": ["aurora vista"]}, 404, "model_unknown", f"The closest names are: {PROTECTED}, "),
        ({"policy": {"limits": {"max_modles": 3}}}, 422, "parameters_malformed", "max_modles"),
        ({"policy": {"limits": {"max_models": -1}}}, 422, "parameters_malformed", "max_models"),
        ({"policy": {"limits": {"max_models": "3"}}}, 422, "parameters_malformed", "max_models"),
        ({"policy": {"protect": {"names": [{"until": "2030-01-01"}]}}}, 422, "parameters_malformed", "names"),
        ({"selected": []}, 422, "parameters_malformed", "selected"),
        ([], 422, "parameters_malformed", ""),
        ("x", 422, "parameters_malformed", ""),
    ],
)
def test_what_cannot_be_planned_is_a_problem(
    demo: BlockingClient, body: object, status: int, code: str, words: str
) -> None:
    problem = assert_problem(demo.request("POST", URL, json=body), status, code)
    assert words in json.dumps(problem)
    assert "\u202e" not in problem["detail"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"select": ["\\ud800"]}',
        b'{"select": ["Aurora Vista XL"], "overrides": {"Aurora Vista XL": "\\ud800"}}',
        b'{"policy": {"protect": {"names": ["\\ud800"]}}}',
        b'{"policy": {"protect": {"globs": [{"glob": "a", "reason": "\\ud800"}]}}}',
    ],
)
def test_a_body_that_is_no_json_or_no_text_is_422(demo: BlockingClient, content: bytes) -> None:
    answer = demo.request("POST", URL, content=content, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "parameters_malformed")


@pytest.mark.parametrize(
    ("category", "status", "code"),
    [("lora", 400, "category_not_supported"), ("nonsense", 422, "parameters_malformed")],
)
def test_a_category_without_usage_has_no_plan(demo: BlockingClient, category: str, status: int, code: str) -> None:
    assert_problem(demo.request("POST", f"{V2}/{category}/deletion-plan", json={}), status, code)


def test_text_models_have_plans_too(demo: BlockingClient) -> None:
    plan = plan_from(demo.request("POST", f"{V2}/text_generation/deletion-plan", json={}))
    assert removed_from(plan) == []
    ageless = {"policy": {"candidates": {"min_age_days": 0}}}
    plan = plan_from(demo.request("POST", f"{V2}/text_generation/deletion-plan", json=ageless))
    assert plan.catalogue_file == "models.csv"


def test_it_is_a_post_alone(demo: BlockingClient) -> None:
    """By GET the address is that of a record of this name, which there is not."""
    assert demo.get(URL).status_code in {404, 405}


def test_the_answer_is_of_the_documented_shape(demo: BlockingClient) -> None:
    document = demo.get("/api/openapi.json").json()
    operation = document["paths"]["/api/model_references/v2/{model_category_name}/deletion-plan"]["post"]
    assert operation["operationId"] == "make_v2_deletion_plan"
    assert {"200", "400", "404", "409", "422", "502"} <= operation["responses"].keys()
    shape = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = demo.request("POST", URL, json={}).json()
    Draft202012Validator(shape | {"components": document["components"]}).validate(answer)
    request = operation["requestBody"]["content"]["application/json"]["schema"] | {"components": document["components"]}
    Draft202012Validator(request).validate({"policy": {"limits": {"max_models": 3}}, "select": ["a"]})
    assert not Draft202012Validator(request).is_valid({"policy": {"limits": {"max_models": -3}}})


async def test_without_the_horde_it_is_502(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.horde.all_routes(SERVER_ERROR)
        assert_problem(await world.client.post(URL, json={}), 502, "horde_unavailable")


async def test_rule_12_same_inputs_same_bytes(tmp_path: Path) -> None:
    """Styles that cannot be read are unknown: nothing is removed."""
    models = {name: record(style="x") for name in ("one", "two")}
    async with a_world(tmp_path, image=json.dumps(models).encode()) as world:
        world.horde.payloads[Route.IMAGE_STATS] = stats_of({"one": 3, "two": 900})
        world.horde.payloads[Route.IMAGE_STATUS] = status_of({"two": 1})
        first = await world.client.post(URL, json={})
        second = await world.client.post(URL, json={})
    assert first.content == second.content
    plan = plan_from(first)
    assert removed_from(plan) == []
    assert plan.orphaned_styles is None


# Bounds (design, section 14).

MANY_STARS = "*a*b*c*0*d*"


async def test_hostile_policies_are_refused_and_the_longest_that_are_not_keep_nobody_waiting(tmp_path: Path) -> None:
    async with a_world(tmp_path, request_deadline_seconds=300) as world:

        async def plan_with(globs: int) -> httpx.Response:
            return await world.client.post(URL, json={"policy": {"protect": {"globs": [MANY_STARS] * globs}}})

        refused = await asyncio.gather(*(plan_with(5_000) for _ in range(7)))
        for answer in refused:
            fault = assert_problem(answer, 422, "parameters_malformed")["errors"][0]
            assert (fault["parameter"], "1000" in fault["message"]) == ("policy.protect.globs", True)
        planned, others = await asyncio.gather(
            asyncio.gather(*(plan_with(1_000) for _ in range(7))),
            asyncio.gather(*(world.client.get(f"{IMAGE_RISK}?limit={at}") for at in range(1, 8))),
        )
    assert {answer.status_code for answer in (*planned, *others)} == {200}


async def test_few_of_the_protections_of_a_model_are_told(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        globs = [{"glob": "*", "reason": f"reason {at}"} for at in range(1_000)]
        plan = plan_from(await world.client.post(URL, json={"policy": {"protect": {"globs": globs}}}))
    (verdict,) = plan.verdicts
    told = [reason.sentence for reason in verdict.reasons if reason.code == "protected_by_name"]
    assert told == [f"The policy protects '*': reason {at}." for at in range(MOST_PROTECTIONS)]


async def test_a_body_of_very_many_brackets_is_a_bad_request(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for body in (b"[" * 10_000, b'{"policy":' * 5_000):
            answer = await world.client.post(URL, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code in {400, 422}, answer.text


@pytest.mark.parametrize("value", [True, False, "x"])
def test_a_key_of_an_earlier_version_is_refused_with_the_hint_which_replaced_it(
    demo: BlockingClient, value: object
) -> None:
    answer = demo.request("POST", URL, json={"policy": {"protect": {"named_by_styles": value}}})
    body = assert_problem(answer, 422, "parameters_malformed")
    assert body["errors"][0]["parameter"] == "policy"
    said = "protect.named_by_styles: no such key; `styles.on_removal` replaces it: protect, delete or repoint."
    assert body["errors"][0]["message"] == said
    assert said in body["detail"]


def test_what_else_changes_is_told(demo: BlockingClient) -> None:
    told = plan_from(demo.request("POST", URL)).companions
    assert told is not None
    assert told.second_commit == "python scripts/date_info.py"
    assert told.checklist
