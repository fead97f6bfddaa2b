"""The public names of the specification's section 4, where it says that they are."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from fastapi import APIRouter

import horde_model_reference
from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse, CategoryDeletionRiskSummary
from horde_model_reference.errors import HordeModelReferenceError
from horde_model_reference.service.statistics.routers import deletion_risk
from tests.support.builders import IMAGE, catalogue_of, observation_of, stats_of, table_of

NAMES = [
    ("service.statistics.routers.deletion_risk", "router"),
    ("service.statistics.routers.deletion_risk", "deletion_risk_route_subpath"),
    ("service.statistics.routers.deletion_risk", "get_horde_api_integration"),
    ("service.statistics.routers.deletion_risk", "get_deletion_risk_cache"),
    ("service.statistics.routers.deletion_risk", "get_category_deletion_risk"),
    ("service.dependencies", "get_model_reference_manager"),
    ("service.app", "create_app"),
    ("catalogue.manager", "ModelReferenceManager.get_model_names"),
    ("catalogue.manager", "ModelReferenceManager.get_model_reference"),
    ("integrations.horde_api_integration", "HordeAPIIntegration.get_model_status_indexed"),
    ("integrations.horde_api_integration", "HordeAPIIntegration.get_model_stats_indexed"),
    ("integrations.horde_api_integration", "HordeAPIDegradedError"),
    ("integrations.data_merger", "merge_category_with_horde_data"),
    ("analytics.deletion_risk_cache", "DeletionRiskCache"),
    ("analytics.deletion_risk_analysis", "ModelDeletionRiskInfoFactory.create_default"),
    ("analytics.deletion_risk_analysis", "ModelDeletionRiskInfoFactory.create_deletion_risk_response"),
    ("analytics.text_model_grouping", "apply_text_model_grouping_to_risk_response"),
    ("analytics.filter_presets", "apply_preset_filter"),
    ("analytics.risk_schema", "CategoryDeletionRiskResponse"),
    ("analytics.risk_schema", "CategoryDeletionRiskSummary.from_risk_models"),
    ("categories", "MODEL_REFERENCE_CATEGORY"),
    ("settings", "Settings"),
    ("errors", "HordeModelReferenceError"),
]


@pytest.mark.parametrize(("module", "name"), NAMES, ids=[f"{module}.{name}" for module, name in NAMES])
def test_the_name_is_where_it_is_said_to_be(module: str, name: str) -> None:
    found = import_module(f"horde_model_reference.{module}")
    for part in name.split("."):
        found = getattr(found, part)
    assert found is not None


@pytest.mark.parametrize("name", horde_model_reference.__all__)
def test_the_package_gives_the_names_it_promises(name: str) -> None:
    found = getattr(horde_model_reference, name)
    assert found.__name__ == name
    assert found.__module__.startswith("horde_model_reference.")


def test_the_package_gives_no_others() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = horde_model_reference.nonsense
    with pytest.raises(ImportError):
        exec("from horde_model_reference import nonsense")


def test_star_import_brings_the_public_names_alone() -> None:
    brought: dict[str, object] = {}
    exec("from horde_model_reference import *", brought)
    assert brought.keys() - {"__builtins__"} == set(horde_model_reference.__all__)


def test_the_route_is_where_its_users_know_it() -> None:
    assert isinstance(deletion_risk.router, APIRouter)
    assert deletion_risk.deletion_risk_route_subpath == "/{model_category_name}/deletion-risk"


def test_the_route_function_takes_the_endpoints_parameters_by_name() -> None:
    parameters = inspect.signature(deletion_risk.get_category_deletion_risk).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    expected = {
        "group_text_models": False,
        "include_backend_variations": False,
        "preset": None,
        "limit": None,
        "offset": 0,
        "sort": "-usage_month",
        "search": None,
        "risk_level": None,
        "baseline": None,
        "nsfw": None,
        "host": None,
    }
    assert expected.items() <= defaults.items()
    assert "model_category_name" in parameters


def test_the_factory_answers_without_service_and_network() -> None:
    factory = ModelDeletionRiskInfoFactory.create_default()
    catalogue, observation = catalogue_of(["a", "b"]), observation_of(stats_of({"a": 3}))
    answer = factory.create_deletion_risk_response(catalogue, observation)
    assert isinstance(answer, CategoryDeletionRiskResponse)
    assert [(row.name, row.usage_month) for row in answer.models] == [("a", 3), ("b", 0)]
    assert answer.category == IMAGE
    rows = table_of(catalogue, observation).rows
    assert CategoryDeletionRiskSummary.from_risk_models(rows) == answer.summary


def test_every_public_error_is_one_of_ours() -> None:
    errors = [getattr(horde_model_reference, name) for name in horde_model_reference.__all__ if name.endswith("Error")]
    assert errors
    assert all(issubclass(error, HordeModelReferenceError) for error in errors)
