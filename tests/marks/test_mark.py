"""The entry of a file of marks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.marks.because import Because, RemovalCode
from horde_model_reference.marks.mark import Mark, Marks, fields_of

ENTRY: dict[str, Any] = {
    "category": "image_generation",
    "name": "a",
    "since": date(2026, 3, 2),
    "remove_after": date(2026, 5, 1),
    "because": "low_use",
}


def test_an_entry_needs_only_its_model_its_days_and_its_reason() -> None:
    mark = Mark.model_validate(ENTRY)
    assert (mark.detail, mark.replacement, mark.by, mark.note, mark.styles) == ("", None, "", "", None)
    assert mark.reason == Because(code=RemovalCode.LOW_USE)


@pytest.mark.parametrize("key", ENTRY)
def test_each_of_these_is_needed(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        Mark.model_validate({name: value for name, value in ENTRY.items() if name != key})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"category": "lora"}, "the Horde reports usage for image_generation and text_generation only"),
        ({"category": "images"}, "category"),
        ({"name": ""}, "name"),
        ({"name": "a" * 301}, "name"),
        ({"name": 3}, "name"),
        ({"since": "2026-03-02"}, "since"),
        ({"since": 20260302}, "since"),
        ({"remove_after": True}, "remove_after"),
        ({"remove_after": date(2026, 3, 1)}, "remove_after: it is before since"),
        ({"because": "dull"}, "because"),
        ({"because": "other"}, "detail: other needs one: the reason"),
        ({"because": "renamed_to", "detail": " "}, "detail: renamed_to needs one"),
        ({"detail": "a" * 1001}, "detail"),
        ({"replacement": "a"}, "replacement: it is the model itself"),
        ({"styles": "one"}, "styles"),
        ({"styles": [""]}, "styles"),
        ({"until": date(2026, 5, 1)}, "until"),
    ],
)
def test_an_entry_without_sense_is_refused_with_its_key(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Mark.model_validate(ENTRY | change)
    assert said in str(refused.value)


def test_a_replacement_takes_the_place_of_the_detail_that_a_code_needs() -> None:
    mark = Mark.model_validate(ENTRY | {"because": "superseded_by", "replacement": "b"})
    assert mark.reason == Because(code=RemovalCode.SUPERSEDED_BY, detail="b")


def test_no_notice_at_all_may_be_given_by_hand() -> None:
    assert Mark.model_validate(ENTRY | {"remove_after": ENTRY["since"]}).remove_after == ENTRY["since"]


def test_keys_that_say_nothing_are_not_written() -> None:
    full = ENTRY | {"detail": "d", "replacement": "b", "by": "c", "note": "n", "styles": ["s"]}
    assert dict(fields_of(Mark.model_validate(ENTRY))) == ENTRY
    assert dict(fields_of(Mark.model_validate(full))) == full
    assert dict(fields_of(Mark.model_validate(ENTRY | {"styles": []}))) == ENTRY | {"styles": []}


def test_the_marks_of_a_category_are_by_model() -> None:
    image = Mark.model_validate(ENTRY)
    text = Mark.model_validate(ENTRY | {"category": "text_generation"})
    marks = Marks((image, text))
    assert marks.of(MODEL_REFERENCE_CATEGORY.image_generation) == {"a": image}
    assert marks.of(MODEL_REFERENCE_CATEGORY.lora) == {}
