"""Reading the files that a plan is about: the plan itself, and the catalogue."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from horde_model_reference.curation.plan import Plan
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import visible


def read_plan(path: Path) -> Plan:
    """Read a ``plan.json``.

    Raises:
        PlanError: It cannot be read, or is no plan.
    """
    try:
        return Plan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PlanError(f"{path}: {error.strerror or error}.", hint="`plan` writes a plan.json.") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise PlanError(f"{path}: no plan: {where}: {fault['msg']}.", hint="`plan` writes a plan.json.") from error


def read_file(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        PlanError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise PlanError(f"{visible(str(path))}: {error.strerror or error}.") from error
