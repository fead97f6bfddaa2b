"""Requirements of models, held against settings of styles (design section 9)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.curation.style_requirements import NOT_COMPARED, REQUIREMENTS, meets

TURBO = {"min_steps": 3, "max_steps": 6, "cfg_scale": 2, "samplers": ["k_dpmpp_sde"], "schedulers": ["karras"]}
FAST = {"steps": 4, "cfg_scale": 2.0, "sampler_name": "k_dpmpp_sde"}


@pytest.mark.parametrize(
    ("settings", "requirements", "met"),
    [
        (FAST, None, True),
        (FAST, {}, True),
        ({}, {}, True),
        (FAST, TURBO, True),
        (FAST | {"karras": False}, TURBO, True),
        (FAST | {"steps": 3}, TURBO, True),
        (FAST | {"steps": 6}, TURBO, True),
        (FAST | {"steps": 2}, TURBO, False),
        (FAST | {"steps": 7}, TURBO, False),
        (FAST | {"cfg_scale": 2.1}, TURBO, False),
        (FAST | {"sampler_name": "k_euler"}, TURBO, False),
        (FAST, {"min_cfg_scale": 2, "max_cfg_scale": 2}, True),
        (FAST, {"min_cfg_scale": 2.5}, False),
        (FAST, {"max_cfg_scale": 1.5}, False),
        # A setting that is left out meets no requirement but the default of clip_skip.
        ({}, {"max_steps": 100}, False),
        ({}, {"samplers": ["k_euler"]}, False),
        ({}, {"clip_skip": 1}, True),
        ({}, {"clip_skip": 2}, False),
        ({"clip_skip": 2}, {"clip_skip": 2}, True),
        ({"clip_skip": 2}, {"clip_skip": 1}, False),
        # Unknown and malformed requirements are not met.
        (FAST, {"min_width": 512}, False),
        (FAST, {"min_steps": "3"}, False),
        (FAST, {"min_steps": True}, False),
        (FAST | {"steps": "4"}, {"min_steps": 3}, False),
        (FAST, {"samplers": "k_dpmpp_sde"}, False),
        (FAST, ["min_steps"], False),
    ],
)
def test_requirements_are_met_by_the_settings_that_a_style_gives(
    settings: dict[str, Any], requirements: object, met: bool
) -> None:
    assert meets(settings, requirements) is met


def test_the_real_catalogue_has_no_requirement_that_is_unknown(shared_data: Path) -> None:
    records = json.loads((shared_data / "catalogue" / "stable_diffusion.json").read_bytes())
    keys = {key for record in records.values() for key in record.get("requirements") or {}}
    assert keys
    assert keys <= REQUIREMENTS.keys() | NOT_COMPARED
