"""The inputs of a review, and what follows from them."""

from __future__ import annotations

from tests.support.builders import TEXT
from tests.support.reviews import facts, image_file, text_file, text_row


def test_the_other_models_of_a_kind_are_counted() -> None:
    found = facts(None, image_file({"One": {}, "Two": {}, "Other": {"style": "anime"}, "Unknown": {"style": None}}))
    assert [found.others_of_kind(name) for name in ("One", "Other", "Unknown")] == [1, 0, None]


def test_text_models_list_no_files() -> None:
    assert facts(None, image_file(["One"])).has_files
    assert not facts(None, text_file(text_row("a/One-7B")), TEXT).has_files
