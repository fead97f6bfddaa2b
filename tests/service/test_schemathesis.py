"""What our own OpenAPI promises, held against requests that it allows and requests that it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.python.asgi import shutdown_lifespans
from starlette.types import ASGIApp

from horde_model_reference.demo import SimulatedHorde, demo_settings
from horde_model_reference.service.app import create_app, create_service
from horde_model_reference.settings import Settings

EXAMPLES = 20
"""Requests an operation, besides those that probe its limits."""

ACCEPTED = ("2xx", "400", "404", "409", "503")
"""What may come of a request that the schema allows: it cannot say which words exist, nor what is there now."""

REFUSED = ("400", "404", "405", "409", "413", "414", "415", "422", "429", "5xx")
"""What may come of a request that the schema does not allow: long texts may make the URL too long."""

PLAN = "POST /api/model_references/v2/{model_category_name}/deletion-plan"
"""Whole numbers must be written as such there: to JSON Schema 25.0 is an integer."""

SEARCHES = (
    "GET /api/model_references/v2/search",
    "GET /api/model_references/v2/{model_category_name}/search",
)
"""In a query, a number in the place of a list of texts is a list of one text, and what repeats a text is one."""


def accepting(*statuses: str, refused: tuple[str, ...] = REFUSED) -> dict[str, Any]:
    return {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": list(statuses)},
            "negative_data_rejection": {"expected-statuses": list(refused)},
        }
    }


config = SchemathesisConfig.from_dict(
    accepting(*ACCEPTED)
    | {
        "operations": [
            {"include-name": PLAN} | accepting(*ACCEPTED, "422"),
            *({"include-name": name} | accepting(*ACCEPTED, refused=(*REFUSED, "200")) for name in SEARCHES),
        ]
    }
)
schema = schemathesis.openapi.from_dict(create_app(Settings.model_construct()).openapi(), config=config)


@pytest.fixture(scope="module")
def service() -> Iterator[ASGIApp]:
    yield create_service(demo_settings(), SimulatedHorde(), hydrate=False)
    shutdown_lifespans()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_every_operation_keeps_its_promises(case: schemathesis.Case[Any], service: ASGIApp) -> None:
    if "" not in (case.query or {}).values():  # Forms send empty parameters, which count as left out.
        case.call_and_validate(app=service)
