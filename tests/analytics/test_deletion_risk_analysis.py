"""From raw answers to the answer: the order of the inputs never matters (rule 12)."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_with_attribution
from horde_model_reference.analytics.risk_schema import Answer
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.catalogue import Catalogue, read_catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.data_warnings import MAX_OF_A_KIND
from horde_model_reference.integrations.horde_api_models import Observation
from tests.support.builders import (
    IMAGE,
    MODIFIED,
    TEXT,
    catalogue_of,
    observation_of,
    record,
    stats_of,
    status_of,
    table_of,
)

FACTORY = ModelDeletionRiskInfoFactory.create_default()
QUERIES = [
    RiskQuery(sort="removal"),
    RiskQuery(group_text_models=True),
    RiskQuery(include_backend_variations=True, sort="risk_level"),
]

NAMES = ["a/foo-7B", "a/Foo-13B", "b/foo-7B", "c/bar", "C/BAR", "baz", "é", "a/foo-7B-Chat"]
API_NAMES = [*NAMES, "koboldcpp/foo-7B", "koboldcpp/foo-7B-Q4", "aphrodite/c/bar", "bar", "BAZ.gguf", "nobody's"]
FIGURES = st.lists(st.integers(0, 40), min_size=len(API_NAMES), max_size=len(API_NAMES))


def shuffled(value: Any, random: Random) -> Any:
    """The same JSON with the keys of every object, and the items of the outer list, in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, random)) for key, item in value.items()]
        random.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        return random.sample([shuffled(item, random) for item in value], len(value))
    return value


def observed(stats: Any, status: Any, category: MODEL_REFERENCE_CATEGORY) -> Observation:
    return observation_of(stats, status, category, other_type_names=frozenset(["baz"] if category is IMAGE else []))


def body(answer: Answer, *without: str) -> bytes:
    return answer.model_dump_json(exclude=set(without)).encode()


@settings(max_examples=25)
@given(
    usage=FIGURES,
    threads=FIGURES,
    speeds=st.lists(st.floats(0, 100), min_size=len(API_NAMES), max_size=len(API_NAMES)),
    random=st.randoms(use_true_random=False),
    category=st.sampled_from([IMAGE, TEXT]),
)
def test_the_order_of_the_inputs_never_changes_the_answer(
    usage: list[int], threads: list[int], speeds: list[float], random: Random, category: MODEL_REFERENCE_CATEGORY
) -> None:
    """Rule 12: same inputs, same bytes, whatever the order of lists and keys."""
    stats = stats_of({name: (n // 3, n, 2 * n) for name, n in zip(API_NAMES, usage, strict=True)})
    performance = dict(zip(API_NAMES, speeds, strict=True))
    status = status_of(dict(zip(API_NAMES, threads, strict=True)), performance=performance)
    records = {name: record() for name in NAMES}
    catalogue = read_catalogue(json.dumps(records).encode(), category, "x.json", MODIFIED)
    reordered = read_catalogue(json.dumps(shuffled(records, random)).encode(), category, "x.json", MODIFIED)
    plain = observed(stats, status, category)
    other = observed(shuffled(stats, random), shuffled(status, random), category)
    expected = FACTORY.create_table(catalogue, plain)
    of_other_answers = FACTORY.create_table(catalogue, other)
    of_other_file = FACTORY.create_table(reordered, other)
    for query in QUERIES:
        assert body(respond(of_other_answers, query)) == body(respond(expected, query))
        assert body(respond(of_other_file, query), "data_as_of") == body(respond(expected, query), "data_as_of")
    assert body(respond_with_attribution(of_other_answers)) == body(respond_with_attribution(expected))


def test_the_order_of_real_answers_never_changes_the_answer(shared_data: Path) -> None:
    """Rule 12, on the captured answers and the real text catalogue."""
    content = (shared_data / "catalogue" / "models.csv").read_bytes()
    catalogue: Catalogue = read_catalogue(content, TEXT, "models.csv", MODIFIED)
    answers = shared_data / "horde-api"
    stats = json.loads((answers / "stats_text_models.json").read_bytes())
    status = json.loads((answers / "status_models_text_all.json").read_bytes())
    random = Random(7)
    reordered = observation_of(shuffled(stats, random), shuffled(status, random), TEXT)
    for query in QUERIES:
        expected = FACTORY.create_deletion_risk_response(catalogue, observation_of(stats, status, TEXT), query)
        assert body(FACTORY.create_deletion_risk_response(catalogue, reordered, query)) == body(expected)
        assert expected.category_total_month_usage


def test_by_default_all_models_are_answered() -> None:
    catalogue = read_catalogue(json.dumps({"a": record(), "b": record()}).encode(), IMAGE, "x.json")
    answer = FACTORY.create_deletion_risk_response(catalogue, observation_of(stats_of({"b": 1})))
    assert [row.name for row in answer.models] == ["b", "a"]
    assert (answer.limit, answer.offset, answer.total_count) == (None, 0, 2)
    assert answer.data_as_of.catalogue_modified_at is None


def told(code: str, table: RiskTable) -> list[str]:
    return [warning.message for warning in table.warnings if warning.code == code]


def test_a_broken_catalogue_does_not_flood_the_answer_and_every_record_is_counted() -> None:
    rows = {"good": record()} | {str(number): None for number in range(1000)}
    catalogue = read_catalogue(json.dumps(rows).encode(), IMAGE, "x.json", MODIFIED)
    messages = told("record_skipped", table_of(catalogue, observation_of(stats_of({}))))
    assert messages[MAX_OF_A_KIND:] == [f"... and {1000 - MAX_OF_A_KIND} more of this kind."]


def test_many_clashing_names_do_not_flood_the_answer() -> None:
    names = [str(number) for number in range(1000)]
    table = table_of(catalogue_of(names), observation_of(stats_of({}), other_type_names=frozenset(names)))
    assert told("name_clash", table)[MAX_OF_A_KIND:] == [f"... and {1000 - MAX_OF_A_KIND} more of this kind."]
