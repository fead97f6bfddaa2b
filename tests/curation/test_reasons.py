"""The table of reasons is whole, and true."""

from __future__ import annotations

import ast
import inspect

from horde_model_reference.curation import past_reasons, planning
from horde_model_reference.curation.plan import Verdict
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reasons import REASONS

TREES = [ast.parse(inspect.getsource(module)) for module in (planning, past_reasons)]


def texts() -> set[str]:
    """Every text that stands in the modules that give reasons."""
    nodes = (node for tree in TREES for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def given_reasons() -> list[tuple[str, str]]:
    """The verdict and code of each reason that is given where both stand."""
    return [
        (node.args[0].attr, node.args[1].value)
        for tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_reason"
        and isinstance(node.args[0], ast.Attribute)
        and isinstance(node.args[1], ast.Constant)
        and isinstance(node.args[1].value, str)
    ]


def test_every_reason_that_is_given_is_in_the_table_under_its_verdict() -> None:
    table = {reason.code: reason.verdict.name for reason in REASONS}
    given = given_reasons()
    assert len(given) >= 10
    assert {code: verdict for verdict, code in given} == {code: table.get(code) for _, code in given}


def test_every_reason_of_the_table_can_be_given() -> None:
    assert {reason.code for reason in REASONS} <= texts()


def test_codes_are_told_apart_and_ordered_by_verdict() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    assert [reason.verdict for reason in REASONS] == sorted(
        (reason.verdict for reason in REASONS), key=list(Verdict).index
    )
    assert all(reason.meaning.endswith(".") for reason in REASONS)


def test_every_key_exists() -> None:
    keys = {f"{section}.{key}" for section, model in Policy() for key in type(model).model_fields}
    assert {reason.key for reason in REASONS} - {""} <= keys
