"""Deletion risk of AI Horde models: levels, reasons and evidence.

The names below are imported when they are used, so that no command pays for imports that it does not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
    from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
    from horde_model_reference.analytics.risk_query import RiskQuery
    from horde_model_reference.analytics.risk_response import respond, respond_for_model, respond_with_attribution
    from horde_model_reference.analytics.risk_table import RiskTable
    from horde_model_reference.catalogue.catalogue import Catalogue, read_catalogue
    from horde_model_reference.catalogue.manager import ModelReferenceManager
    from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
    from horde_model_reference.engine import Engine, open_engine
    from horde_model_reference.errors import HordeModelReferenceError
    from horde_model_reference.integrations.data_merger import merge_category_with_horde_data
    from horde_model_reference.integrations.horde_api_integration import HordeAPIDegradedError, HordeAPIIntegration
    from horde_model_reference.settings import Settings, load_settings

_MODULES: dict[str, str] = {
    "Catalogue": "catalogue.catalogue",
    "DeletionRiskCache": "analytics.deletion_risk_cache",
    "Engine": "engine",
    "HordeAPIDegradedError": "errors",
    "HordeAPIIntegration": "integrations.horde_api_integration",
    "HordeModelReferenceError": "errors",
    "MODEL_REFERENCE_CATEGORY": "categories",
    "ModelDeletionRiskInfoFactory": "analytics.deletion_risk_analysis",
    "ModelReferenceManager": "catalogue.manager",
    "RiskQuery": "analytics.risk_query",
    "RiskTable": "analytics.risk_table",
    "Settings": "settings",
    "load_settings": "settings",
    "merge_category_with_horde_data": "integrations.data_merger",
    "open_engine": "engine",
    "read_catalogue": "catalogue.catalogue",
    "respond": "analytics.risk_response",
    "respond_for_model": "analytics.risk_response",
    "respond_with_attribution": "analytics.risk_response",
}

__all__ = [*_MODULES]  # noqa: PLE0604 - what the table above names


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
