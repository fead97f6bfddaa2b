"""Rules about the file, and about records that cannot be read or told apart."""

from __future__ import annotations

import pytest

from horde_model_reference.review import file_rules
from horde_model_reference.review.rule import Finding, Rule
from tests.support.builders import IMAGE, TEXT
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.reviews import facts, found_by, image_file, text_file, text_row

QUIET = image_file(["One", "Two"])


def of_images(rule: Rule, before: bytes | None, after: bytes | None) -> list[Finding]:
    return found_by(rule, facts(before, after, IMAGE))


def of_texts(rule: Rule, before: bytes | None, after: bytes | None) -> list[Finding]:
    return found_by(rule, facts(before, after, TEXT))


def test_a_deleted_file_is_missing() -> None:
    assert len(of_images(file_rules.catalogue_missing, QUIET, None)) == 1
    assert of_images(file_rules.catalogue_missing, None, None) == []


def test_a_broken_file_is_unreadable_with_its_line() -> None:
    (found,) = of_images(file_rules.catalogue_unreadable, QUIET, b'{\n"One": {]}')
    assert found.line == 2
    assert of_images(file_rules.catalogue_unreadable, QUIET, None) == []


def test_a_base_that_cannot_be_read_is_told() -> None:
    assert len(of_images(file_rules.base_unreadable, b"{", QUIET)) == 1
    assert of_images(file_rules.base_unreadable, None, QUIET) == []


@pytest.mark.parametrize(("gone", "told"), [(1, 0), (2, 1)])
def test_more_than_a_tenth_gone_is_a_shrunk_catalogue(gone: int, told: int) -> None:
    names = [f"model {at}" for at in range(15)]
    assert len(of_images(file_rules.catalogue_shrunk, image_file(names), image_file(names[gone:]))) == told


def test_a_malformed_record_is_told_once_it_is_touched() -> None:
    broken = QUIET.replace(b'"nsfw": false', b'"nsfw": "perhaps"', 1)
    (found,) = of_images(file_rules.record_malformed, QUIET, broken)
    assert (found.record, found.line) == ("One", 2)
    assert of_images(file_rules.record_malformed, broken, broken) == []


def test_a_row_of_too_many_columns_is_malformed() -> None:
    (found,) = of_texts(file_rules.record_malformed, text_file(), text_file() + b"a/One,7,,,,\r\n")
    assert (found.record, found.line) == ("a/One", 2)
    assert "6 columns, expected 4" in found.sentence


def test_rows_lost_in_an_open_quote_are_named() -> None:
    after = text_file() + b'"a/One,7,,\r\nb/Two,7,,\r\nc/Three,7,,"\r\n'
    (found,) = of_texts(file_rules.rows_lost, text_file(), after)
    assert found.line == 2
    assert "'b/Two', 'c/Three'" in found.sentence
    assert of_texts(file_rules.record_malformed, text_file(), after) == []


def test_a_name_given_twice_is_told_at_its_last_row() -> None:
    once, twice = text_file(text_row("a/One-7B")), text_file(text_row("a/One-7B"), text_row("a/One-7B", "8"))
    (found,) = of_texts(file_rules.name_repeated, once, twice)
    assert (found.record, found.line) == ("a/One-7B", 3)
    assert of_texts(file_rules.name_repeated, twice, twice) == []


def test_a_record_under_another_key_is_told() -> None:
    (found,) = of_images(file_rules.name_mismatch, QUIET, QUIET.replace(b'"name": "One"', b'"name": "Uno"'))
    assert "'Uno'" in found.sentence


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_control_characters_and_outer_blanks_in_new_names_are_told(name: str) -> None:
    found = of_images(file_rules.name_unsafe, QUIET, image_file(["One", "Two", name]))
    assert bool(found) == bool(ACTIVE.search(name) or name.strip() != name)
    assert not any(ACTIVE.search(one.sentence) for one in found)


def test_names_that_two_authors_share_will_not_be_attributed() -> None:
    before = text_file(text_row("a/Heron-7B"))
    (found,) = of_texts(file_rules.name_unattributed, before, text_file(text_row("a/Heron-7B"), text_row("b/Heron-7B")))
    assert found.record == "b/Heron-7B"
    assert found.sentence.endswith("'koboldcpp/Heron-7B' would belong to: 'a/Heron-7B', 'b/Heron-7B'.")


def test_image_names_that_differ_in_case_alone_are_still_found_exactly() -> None:
    assert of_images(file_rules.name_unattributed, QUIET, image_file(["One", "Two", "one"])) == []


def test_names_without_doubt_are_attributed() -> None:
    before = text_file(text_row("a/Heron-7B"))
    after = text_file(text_row("a/Heron-7B"), text_row("b/Egret-12B"))
    assert of_texts(file_rules.name_unattributed, before, after) == []
