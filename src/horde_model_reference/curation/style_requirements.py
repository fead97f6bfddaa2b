"""The requirements of a model, held against the settings of a style that would name it (design section 9)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

DEFAULTS: Mapping[str, Any] = {"clip_skip": 1}
"""The Horde's default of a setting that most styles leave out; any other setting left out meets no requirement."""
NOT_COMPARED = frozenset({"schedulers"})
"""Requirements that the rule leaves out."""

Comparison = Callable[[object, object], bool]


def _number(compare: Callable[[float, float], bool]) -> Comparison:
    """Return a comparison that anything but two numbers fails."""

    def compared(given: object, required: object) -> bool:
        return _is_number(given) and _is_number(required) and compare(given, required)

    return compared


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _among(given: object, required: object) -> bool:
    return isinstance(required, list) and given in required


REQUIREMENTS: Mapping[str, tuple[str, Comparison]] = {
    "min_steps": ("steps", _number(operator.ge)),
    "max_steps": ("steps", _number(operator.le)),
    "cfg_scale": ("cfg_scale", _number(operator.eq)),
    "min_cfg_scale": ("cfg_scale", _number(operator.ge)),
    "max_cfg_scale": ("cfg_scale", _number(operator.le)),
    "samplers": ("sampler_name", _among),
    "clip_skip": ("clip_skip", _number(operator.eq)),
}
"""The setting of a style that each requirement is about, and the comparison."""


def meets(settings: Mapping[str, Any], requirements: object) -> bool:
    """Return whether a style's settings meet a model's requirements.

    A setting that the style leaves out, a requirement that is not known here or is malformed: none of them is met.

    Args:
        settings: The keys of the style.
        requirements: The value of a record's ``requirements``; None where it has none.
    """
    if requirements is None:
        return True
    if not isinstance(requirements, dict):
        return False
    given = {**DEFAULTS, **settings}
    return all(_is_met(given, name, required) for name, required in requirements.items() if name not in NOT_COMPARED)


def _is_met(settings: Mapping[str, Any], name: str, required: object) -> bool:
    if name not in REQUIREMENTS:
        return False
    setting, compare = REQUIREMENTS[name]
    return compare(settings.get(setting), required)
