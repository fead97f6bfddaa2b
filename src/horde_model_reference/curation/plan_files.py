"""Reading the files that a plan is about: the plan itself, and the catalogue."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ValidationError

from horde_model_reference.curation.plan import Plan
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import visible


class _Origin(BaseModel):
    """All that is read of a plan that cannot be read."""

    version: str


def read_plan(path: Path) -> Plan:
    """Read a ``plan.json``.

    Raises:
        PlanError: It cannot be read, or is no plan.
    """
    return parse_plan(read_file(path, hint="`plan` writes a plan.json."), str(path))


def parse_plan(content: bytes, place: str) -> Plan:
    """Read the content of a ``plan.json``.

    Args:
        content: The content.
        place: Where it comes from, for messages.

    Raises:
        PlanError: It is no plan.
    """
    try:
        return Plan.model_validate_json(content)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join((place, *map(str, fault["loc"])))
        raise PlanError(f"{visible(where)}: no plan: {fault['msg']}.", hint=_hint(content)) from error


def _hint(content: bytes) -> str:
    """Return the hint for a plan that cannot be read: an older version's has other keys."""
    try:
        made_by = _Origin.model_validate_json(content).version
    except ValidationError:
        return "`plan` writes a plan.json."
    own = version("horde-model-reference")
    origin = "" if made_by == own else f": version {visible(made_by)} made this one, and this is {own}"
    return f"Make a new plan{origin}."


def read_file(path: Path, hint: str = "") -> bytes:
    """Return a file's bytes.

    Raises:
        PlanError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise PlanError(f"{visible(str(path))}: {error.strerror or error}.", hint=hint) from error
