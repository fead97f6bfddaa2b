"""Versions of a catalogue file: every record with its line, and faults as data instead of errors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.review.version import read_version
from tests.support.builders import IMAGE, TEXT
from tests.support.reviews import address_of, image_file, text_file, text_row, version


def test_each_record_has_its_first_line() -> None:
    found = version(image_file(["One", "Two"]))
    text = image_file(["One", "Two"]).decode().splitlines()
    assert {record.name: text[record.line - 1].strip() for record in found.records} == {
        "One": '"One": {',
        "Two": '"Two": {',
    }


def test_malformed_records_are_kept_with_their_fault() -> None:
    found = version(b'{"One": 3, "Two": {"name": "Two"}}')
    assert [(record.name, bool(record.fault)) for record in found.records] == [("One", True), ("Two", False)]
    assert list(found.models) == ["Two"]
    assert found.listed == {"One", "Two"}


def test_rows_that_a_quote_swallows_are_listed() -> None:
    content = b'name,parameters_bn\r\n"a/One,7\r\nb/Two,7\r\nc/Three"",7\r\nd/Four",7\r\n'
    (record,) = version(content, TEXT).records
    assert record.lost == ("b/Two", "c/Three", "d/Four")
    assert "b/Two" in version(content, TEXT).listed


def test_a_file_that_is_no_catalogue_names_its_line() -> None:
    found = version(b'{"One": {"name": "One"},\n"Two": oops}')
    assert found.unreadable is not None
    assert found.unreadable.line == 2
    assert found.records == ()


def test_a_missing_file_is_absent() -> None:
    found = version(None)
    assert found.unreadable is not None
    assert found.unreadable.absent


def test_limits_are_checked_before_anything_is_parsed() -> None:
    found = read_version(image_file(["One"]), IMAGE, "x.json", BodyLimits(max_entries=3))
    assert found.unreadable is not None
    assert "MAX_ENTRIES" in found.unreadable.reason


def test_hashes_and_addresses_are_compared_in_one_form() -> None:
    record = version(
        image_file({"One": {"config": {"download": [
            {"file_name": "a", "file_url": f"{address_of('One')}?download=true", "sha256sum": " ABC "},
            {"file_name": "b", "file_url": "", "sha256sum": None},
        ]}}})
    ).models["One"]  # fmt: skip
    assert record.hashes == {"abc"}
    assert record.addresses == {address_of("One")}


def test_the_page_of_a_text_model_is_an_address() -> None:
    assert version(text_file(text_row("a/One-7B")), TEXT).models["a/One-7B"].addresses == {
        "https://huggingface.co/a/One-7B"
    }


def test_a_generated_file_lists_each_model_once() -> None:
    plain = {"model_name": "One", "parameters": 7}
    content = "{" + ",".join(
        f'"{key}": {{"name": "{key}", "parameters": {plain["parameters"]}}}'
        for key in ("a/One", "aphrodite/a/One", "koboldcpp/One")
    )
    found = version(f"{content}}}".encode(), TEXT)
    assert [record.name for record in found.records] == ["a/One"]


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode(errors="replace"))))
def test_any_bytes_are_a_version(content: bytes) -> None:
    for category in (IMAGE, TEXT):
        found = read_version(content, category, "file")
        assert (found.unreadable is None) or not found.records
