"""The numbers of the analysis come from the settings, and from nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.thresholds import Thresholds, thresholds_for
from horde_model_reference.categories import HordeModelType, traits_of_type
from horde_model_reference.settings import ENV_PREFIX, load_settings


def of(model_type: HordeModelType, **settings: Any) -> Thresholds:
    return thresholds_for(load_settings(**settings), traits_of_type(model_type))


@pytest.mark.parametrize(
    ("model_type", "numbers"),
    [(HordeModelType.IMAGE, (0.0065, 1, 1, True)), (HordeModelType.TEXT, (0.02, 10, 1, False))],
)
def test_defaults(model_type: HordeModelType, numbers: tuple[float, float, float, bool]) -> None:
    """Rules 5, 6, 8: what each type is judged by, with units."""
    found = of(model_type)
    assert (
        found.low_usage.value,
        found.critical_usage.value,
        found.critical_workers.value,
        found.hosts_matter,
    ) == numbers
    assert found.preferred_hosts == ("huggingface.co",)
    assert found.low_usage.unit == "percent of the category's month usage"
    assert (found.critical_usage.unit, found.critical_workers.unit) == ("requests in 30 days", "worker threads")


@pytest.mark.parametrize(
    ("model_type", "setting"),
    [
        (HordeModelType.IMAGE, {"low_usage_threshold_percentage": 1.0}),
        (HordeModelType.IMAGE, {"preferred_file_hosts": ("civitai.com",)}),
        (HordeModelType.TEXT, {"text_gen_low_usage_threshold_percentage": 1.0}),
        (HordeModelType.TEXT, {"text_gen_critical_usage_threshold": 11}),
        (HordeModelType.TEXT, {"text_gen_critical_worker_threshold": 2}),
        (HordeModelType.TEXT, {"text_gen_ignore_download_hosts": False}),
    ],
)
def test_every_number_is_in_the_fingerprint(model_type: HordeModelType, setting: dict[str, Any]) -> None:
    """A table made by other numbers has another key."""
    assert of(model_type, **setting).fingerprint() != of(model_type).fingerprint()
    assert of(model_type, **setting).fingerprint() == of(model_type, **setting).fingerprint()


def test_the_default_factory_heeds_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}LOW_USAGE_THRESHOLD_PERCENTAGE", "50")
    default = ModelDeletionRiskInfoFactory.create_default().thresholds[HordeModelType.IMAGE]
    configured = ModelDeletionRiskInfoFactory.from_settings(load_settings()).thresholds[HordeModelType.IMAGE]
    assert (default.low_usage.value, configured.low_usage.value) == (0.0065, 50)
