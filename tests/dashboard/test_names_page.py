"""Reported names: the unattributed first, with the model that each could be and the line that makes it an alias."""

from __future__ import annotations

import re
import tomllib
from html import unescape

import pytest

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.aliases import parse_aliases
from horde_model_reference.dashboard.names_page import ROWS, NamesView, _alias, names_page
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.markup import Markup


@pytest.fixture(scope="module")
def texts() -> RiskTable:
    names = ["meta/Llama-3.2-3B", "a/Two-7B", "b/Two-7B"]
    use = {"koboldcpp/Llama-3.2-3B": 60, "ollama/llama3.2:3b": 30, "nothing like it": 5, "Two-7B": 5}
    return table_of(catalogue_of(names, TEXT), observation_of(stats_of(use), [], category=TEXT))


def listed(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'class="c-name mono">([^<]*)<', page)]


def test_names_of_no_model_come_by_month_use_with_their_likely_model(texts: RiskTable) -> None:
    page = names_page(texts, NamesView(TEXT))
    assert listed(page) == ["ollama/llama3.2:3b", "nothing like it"]
    assert '<a href="/model/text_generation/meta/Llama-3.2-3B">' in page
    assert "likeness</span>" in page
    assert "none is close" in page
    assert "40 of 100 requests this month" in page


def test_other_outcomes_have_tabs_of_their_own(texts: RiskTable) -> None:
    page = names_page(texts, NamesView(TEXT, "attributed"))
    assert listed(page) == ["koboldcpp/Llama-3.2-3B"]
    assert listed(names_page(texts, NamesView(TEXT, "ambiguous"))) == ["Two-7B"]
    assert re.findall(r'class="count">(\d+)</span></a>', page)[-3:] == ["2", "1", "1"]
    assert "No name is ambiguous" in names_page(
        table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1}))), NamesView(IMAGE, "ambiguous")
    )


def test_shares_add_up(texts: RiskTable) -> None:
    """Rule 1."""
    page = names_page(texts, NamesView(TEXT))
    assert page.count("60 attributed, 40 not") == 3
    assert page.count("<span>40, 40.0%</span>") == 3


@pytest.mark.parametrize("name", [*HOSTILE_NAMES.values(), "My [SDXL] v2?", "a*b", '"'], ids=ascii)
def test_an_alias_line_reads_back_and_stands_for_the_name_alone(name: str) -> None:
    """Rule 13, for TOML; brackets and stars of a name are no patterns."""
    line = _alias(name, "a/Model")
    (written,) = tomllib.loads(line)
    aliases = parse_aliases(f"[models]\n{line}\n".encode(), "aliases.toml")
    assert tomllib.loads(line)[written] == "a/Model"
    assert len(line.splitlines()) == 1
    assert aliases is not None


def test_many_names_are_paged() -> None:
    use = {f"name {at:03}": 1000 - at for at in range(ROWS + 5)}
    table = table_of(catalogue_of(["a"]), observation_of(stats_of(use), []))
    first, second = names_page(table, NamesView(IMAGE)), names_page(table, NamesView(IMAGE, page=1))
    assert listed(first) + listed(second) == list(use)
    assert 'href="/names/image_generation?page=1"' in first
    assert listed(names_page(table, NamesView(IMAGE, page=99))) == []


def test_rule_13_hostile_names_are_inert() -> None:
    hostile = table_of(catalogue_of(["a"]), observation_of(stats_of(dict.fromkeys(HOSTILE_NAMES.values(), 1))))
    plain = table_of(catalogue_of(["a"]), observation_of(stats_of({f"x {at}": 1 for at in range(len(HOSTILE_NAMES))})))
    tags = [[tag for tag, _ in Markup(names_page(table, NamesView(IMAGE))).elements] for table in (hostile, plain)]
    assert tags[0] == tags[1]


def test_rule_3_unknown_use_is_said() -> None:
    nothing = table_of(catalogue_of(["a"]), observation_of({"day": {}, "month": {}, "total": {}}))
    assert "The Horde reports no usage figures just now." in names_page(nothing, NamesView(IMAGE))
