"""The model page: size, links and verdict, in which hostile records stay inert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from horde_model_reference.analytics.risk_response import respond_for_model
from horde_model_reference.dashboard.model_page import model_page
from tests.support.builders import TEXT
from tests.support.curation import CROWD, SUBJECT, facts_of, plan_of, verdicts_of
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.markup import Markup
from tests.support.rows import files

REL = "noopener noreferrer nofollow"


def page(name: str = SUBJECT, record: Mapping[str, Any] | None = None, use: int = 0, **more: Any) -> str:
    """The page of a model among a crowd."""
    facts = facts_of(CROWD | {name: use}, records={name: record or {}}, **more)
    detail = respond_for_model(facts.table, name)
    return model_page(detail, facts.catalogue.records[name], verdicts_of(plan_of(facts))[name], "No history.")


def leading_away(shown: str) -> list[str]:
    """The addresses of the links that lead away from the service."""
    found = [link for link in Markup(shown).all("a") if not link["href"].startswith(("/", "#"))]
    assert all(link.get("rel") == REL for link in found)
    return [link["href"] for link in found]


def test_pages_and_files_are_links() -> None:
    """Design section 8."""
    record = {"homepage": "https://civitai.com/models/1", **files("https://h.example/a b", "javascript:alert(1)")}
    shown = page(record=record)
    assert leading_away(shown) == ["https://civitai.com/models/1", "https://h.example/a%20b"]
    assert "<code>file 1</code> on no known host" in shown
    assert "No page of it is known." in page(record=files())


@pytest.mark.parametrize("hostile", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_hostile_addresses_are_inert(hostile: str) -> None:
    record = {"homepage": hostile, "url": f"https://example.org/{hostile}", **files(hostile)}
    shown = page(record=record)
    assert Markup(shown).inline() == []
    assert all(url.startswith("https://example.org/") for url in leading_away(shown))


def test_text_models_have_a_number_of_parameters() -> None:
    """Design section 8."""
    shown = page("a/Oakmoss-7B", {"parameters": 7_240_000_000}, category=TEXT)
    assert "7.2B parameters; baseline" in " ".join(shown.split())
    assert leading_away(shown)[0] == "https://huggingface.co/a/Oakmoss-7B"
    assert "Hugging Face, by its name" in shown


def test_a_suspicious_model_is_called_so() -> None:
    """Design section 8."""
    shown = " ".join(page(threads={SUBJECT: 9}).split())
    assert '<strong class="verdict-unknown">unknown</strong>: Suspicious: 9 worker threads' in shown
