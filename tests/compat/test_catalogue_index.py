"""Facts of records as columns, and the families of text models."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.compat.catalogue_index import FAMILY, CatalogueIndex
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of

NAMES = ["TheDrummer/Harbor-8B-v1", "author/harbor-3B", "TheDrummer/Harbor-70B-v2", "other/Sparrow", "Lone-7B-Q4_K_M"]


def index_of(names: Any, category: Any = TEXT) -> CatalogueIndex:
    return CatalogueIndex(catalogue_of(names, category))


def test_section_13_text_records_carry_the_name_of_their_family_s_row() -> None:
    index = index_of(NAMES)
    catalogue = index.catalogue
    rows = table_of(catalogue, observation_of(stats_of({"x": 1}), category=TEXT)).families.rows
    families = {member: row["name"] for row in rows.iter_rows(named=True) for member in row["members"]}
    assert {name: record[FAMILY] for name, record in index.records().items()} == families
    assert families["author/harbor-3B"] == "Harbor"


def test_section_13_v2_records_are_otherwise_passed_through_unchanged() -> None:
    index = index_of({"a/Harbor-8B": {"tags": ["x"], "new_field": {"deep": [1, None]}}})
    plain = index.catalogue.records["a/Harbor-8B"].as_json()
    assert index.record("a/Harbor-8B") == plain | {FAMILY: "Harbor"}
    assert index.record("a/Harbor-8B")["new_field"] == {"deep": [1, None]}


def test_records_of_other_categories_have_no_family() -> None:
    index = index_of(["Harbor-8B"], IMAGE)
    assert FAMILY not in index.record("Harbor-8B")
    assert index.families == {"Harbor-8B": None}


def test_facts_are_those_of_the_records() -> None:
    records: dict[str, dict[str, Any]] = {
        "rich": {
            "tags": ["b", "a", "b"],
            "trigger": ["say this"],
            "requirements": {"min_steps": 4},
            "showcases": ["https://models.example.org/1.webp"],
            "config": {"download": [{"file_url": "https://a.example/1"}, {"file_url": "no address"}]},
        },
        "poor": {"trigger": [], "requirements": {}, "showcases": None, "config": {}},
    }
    poor, rich = index_of(records, IMAGE).facts.to_dicts()
    assert (rich["tags"], rich["file_hosts"], poor["file_hosts"]) == (["b", "a"], ["a.example"], [])
    told = ("has_trigger_words", "has_requirements", "has_showcases")
    assert [rich[fact] for fact in told] == [True] * 3
    assert [poor[fact] for fact in told] == [False] * 3


@pytest.mark.parametrize(
    ("name", "quantized"),
    [
        ("a/Harbor-8B-Q4_K_M", True),
        ("a/Harbor-8B-GPTQ", True),
        ("Qwen-Image_fp8", True),
        ("a/Harbor-8B-4.0bpw-exl2", True),
        ("a/Harbor-8B-FP16", False),
        ("a/Harbor-8B-bf16", False),
        ("a/Harbor-8B", False),
        ("AWQuard/Harbor-8B", False),
    ],
)
def test_names_say_whether_weights_were_quantised(name: str, quantized: bool) -> None:
    assert index_of([name]).facts["quantized"].item() is quantized


def test_an_empty_catalogue_has_no_facts() -> None:
    index = index_of([])
    assert index.facts.is_empty()
    assert (index.records(), index.families) == ({}, {})
