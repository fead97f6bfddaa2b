"""Making a review: its lists, and the order of its findings."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.review.rule import Severity
from tests.support.builders import IMAGE, TEXT
from tests.support.reviews import codes, facts, image_file, image_record, reviewed, text_file, text_row


def test_a_change_without_findings_has_none() -> None:
    made = reviewed(facts(image_file(["One"]), image_file(["One", "Two"])))
    assert made.findings == []
    assert [(row.name, row.size_gb, row.kind, row.others_of_kind) for row in made.added] == [
        ("Two", 2.0, "stable_diffusion_xl, generalist", 1)
    ]
    assert (made.models_before, made.models_after) == (1, 2)


def test_the_gravest_findings_come_first() -> None:
    after = image_file({"Comes": {"description": ""}, "Unreadable": {"nsfw": "perhaps"}, "Stays": {}})
    made = reviewed(facts(image_file(["Stays", "Goes"]), after))
    assert [found.severity for found in made.findings] == sorted(
        (found.severity for found in made.findings), key=list(Severity).index
    )
    assert made.counts[Severity.ERROR] == 1
    assert codes(made)[0] == "record_malformed"


def test_renamed_records_are_neither_added_nor_removed() -> None:
    made = reviewed(facts(image_file(["Old"]), image_file({"New": {"config": image_record("Old")["config"]}})))
    assert [(row.before, row.name) for row in made.renamed] == [("Old", "New")]
    assert (made.added, made.removed) == ([], [])


def test_an_unreadable_side_has_no_number_of_models() -> None:
    assert reviewed(facts(image_file(["One"]), b"{")).models_after is None


PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8)
JSON = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.text(max_size=4), PLAIN, max_size=2)
KEYS = st.sampled_from(
    ["name", "type", "config", "download", "files", "file_url", "sha256sum", "path", "url", "style", "tags"]
)
RECORD = st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON), max_size=2)))
FILES = st.dictionaries(st.text(max_size=8), RECORD | JSON, max_size=4).map(lambda found: json.dumps(found).encode())


@pytest.mark.parametrize("category", [IMAGE, TEXT])
@settings(max_examples=30)
@given(before=FILES, after=FILES)
def test_hostile_records_give_findings_and_no_failure(
    category: MODEL_REFERENCE_CATEGORY, before: bytes, after: bytes
) -> None:
    made = reviewed(facts(before, after, category))
    assert made.model_dump_json()


def test_a_hundred_thousand_rows_are_refused_by_their_limit() -> None:
    rows = text_file(*(text_row(f"a/Model-{at}-7B") for at in range(100_000)))
    made = reviewed(facts(text_file(text_row("a/One-7B")), rows, TEXT))
    assert codes(made) == ["catalogue_unreadable"]
    assert "MAX_ENTRIES" in made.findings[0].sentence
