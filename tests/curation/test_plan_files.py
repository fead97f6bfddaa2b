"""What is no plan is refused in one line."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.errors import PlanError
from horde_model_reference.reports.json_report import to_json
from tests.support.curation import CROWD, facts_of, plan_of

PLAN = plan_of(facts_of(CROWD | {"one": 1}))


def refused(path: Path, content: bytes) -> PlanError:
    path.write_bytes(content)
    with pytest.raises(PlanError, match="no plan") as error:
        read_plan(path)
    assert error.value.message.startswith(str(path))
    assert "\n" not in error.value.message + error.value.hint
    return error.value


def test_what_was_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(to_json(PLAN))
    assert read_plan(tmp_path / "plan.json") == PLAN


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b'{"version": 3}', b"[" * 100_000, b'{"version": "1", "version": NaN}', b"\0"],
    ids=["empty", "no keys", "a list", "no text", "other", "nested", "no JSON", "NUL"],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "plan" in refused(tmp_path / "plan.json", content).hint


def test_a_missing_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="No such file"):
        read_plan(tmp_path / "plan.json")


def damaged(where: str, value: Any) -> bytes:
    raw = json.loads(to_json(PLAN))
    *above, last = where.split(".")
    place = raw
    for key in above:
        place = place[int(key) if isinstance(place, list) else key]
    place[last] = value
    return json.dumps(raw).encode()


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("policy.limits.max_modles", 3),
        ("policy.limits.max_models", "many"),
        ("verdicts.2.verdict", "perhaps"),
        ("verdicts.2.name", ["one"]),
        ("made_on", "yesterday"),
        ("category", "pictures\n"),
        ("effect.models", -1),
        ("data_as_of", None),
    ],
)
def test_a_damaged_field_is_named(tmp_path: Path, where: str, value: Any) -> None:
    error = refused(tmp_path / "plan.json", damaged(where, value))
    assert f"plan.json.{where}: no plan" in error.message
    assert error.hint == "Make a new plan."


def test_a_plan_of_another_version_is_said_to_be_one(tmp_path: Path) -> None:
    raw = json.loads(to_json(PLAN)) | {"version": "0.0.3\x1b[31m"}
    del raw["policy_hash"]
    hint = refused(tmp_path / "plan.json", json.dumps(raw).encode()).hint
    assert (
        hint
        == f"Make a new plan: version 0.0.3\\x1b[31m made this one, and this is {version('horde-model-reference')}."
    )
