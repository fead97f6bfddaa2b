"""Reading a file of marks: strict, with the line and the key of each fault."""

from __future__ import annotations

import pytest

from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.marks.marks_file import parse_marks, places_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.marks import entry

GOOD = entry("a")


def names(text: str) -> list[str]:
    return [mark.name for mark in parse_marks(text.encode(), "marks.toml").entries]


def faults(text: str) -> list[str]:
    return [warning.message for warning in parse_marks(text.encode(), "some/folder/marks.toml").warnings]


def test_entries_keep_their_order() -> None:
    assert names(entry("b") + entry("a") + entry("c")) == ["b", "a", "c"]
    assert names("") == []


@pytest.mark.parametrize("start", ["\ufeff", "# only\n", "\r\n"])
def test_a_byte_order_mark_comments_and_blank_lines_are_no_entries(start: str) -> None:
    assert names(start + GOOD) == ["a"]
    assert names(start) == []


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("since = 2026-03-02", "since = 'soon'"), 4, "since: Input should be a valid date"),
        (("remove_after = 2026-05-01", "remove_after = 2026-02-01"), 5, "remove_after: it is before since"),
        (("because = 'low_use'", "because = 'dull'"), 6, "because: Input should be 'low_use'"),
        (("because = 'low_use'", "becuase = 'low_use'"), 1, "because: Field required"),
        (("because = 'low_use'", "because = 'other'"), 1, "detail: other needs one"),
        (("name = 'a'\n", ""), 1, "name: Field required"),
        (("name = 'a'", "name = 7"), 3, "name: Input should be a valid string"),
        (("category = 'image_generation'", "category = 'lora'"), 2, "category: the Horde reports usage for"),
        (("because = 'low_use'\n", "because = 'low_use'\nuntil = 3\n"), 7, "until: no such key"),
    ],
)
def test_a_malformed_entry_is_named_with_line_and_key_and_skipped(
    change: tuple[str, str], line: int, said: str
) -> None:
    """Design 10: a malformed entry is named and skipped; the others count."""
    before = '# a comment with [[marks]]\nskip = """\n[[marks]]\nname = 3\n"""\n'.replace("skip", "note")
    text = GOOD.replace(*change)
    whole = entry("first").rstrip() + "\n" + before.partition("\n")[2] + text + entry("last")
    offset = whole[: whole.index(text)].count("\n")
    assert names(whole) == ["first", "last"]
    (fault,) = faults(whole)
    assert fault.startswith(f"marks.toml line {offset + line}: {said}"), fault
    assert fault.endswith("; this mark is skipped.")


def test_a_second_mark_of_one_model_is_skipped() -> None:
    text = GOOD + entry("b") + GOOD
    assert names(text) == ["a", "b"]
    (fault,) = faults(text)
    assert f"line {text.count(chr(10)) - 3}: 'a' is marked above" in fault
    assert names(GOOD + GOOD.replace("image_generation", "text_generation")) == ["a", "a"]


@pytest.mark.parametrize("days", [("2026-05-01", "2026-09-01"), ("2026-09-01", "2026-05-01")])
def test_of_two_marks_of_one_model_the_later_day_holds(days: tuple[str, str]) -> None:
    """Which of them is meant is unknown, and a model goes only after the notice of both."""
    found = parse_marks("".join(GOOD.replace("2026-05-01", day) for day in days).encode(), "marks.toml")
    assert [str(mark.remove_after) for mark in found.entries] == ["2026-09-01"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[marks]\n", "line 1"),
        (GOOD + "name = 'b'\n", "line 7"),
        ("x = 1\n", "'x': expected [[marks]]"),
        (GOOD + "[other]\n", "'other': expected [[marks]]"),
        ("marks = 3\n", "expected a table [[marks]] for each"),
        ("marks = [{name = 'a'}]\n", "expected a table [[marks]] for each"),
        ("[marks]\nname = 'a'\n", "expected a table [[marks]] for each"),
        ("a = " + "[" * 100_000, "more than 16 brackets"),
        ("#" * 2**21, "longer than 1,048,576 bytes"),
    ],
)
def test_a_file_that_holds_no_marks_is_refused_whole(text: str, said: str) -> None:
    with pytest.raises(CatalogueFormatError) as refused:
        parse_marks(text.encode(), "marks.toml")
    assert refused.value.message.startswith("marks.toml")
    assert said in refused.value.message


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(CatalogueFormatError, match=r"^m\.toml line 2: not UTF-8 text"):
        parse_marks(b"# ok\n\xff\n", "m.toml")


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_names_are_inert_in_messages(name: str) -> None:
    """Rule 13."""
    text = entry(name) + entry(name)
    (fault,) = faults(text)
    assert not ACTIVE.search(fault)
    assert names(text) == [name]


def test_the_warnings_of_a_broken_file_are_bounded() -> None:
    text = "".join(GOOD.replace("low_use", "dull") for _ in range(80))
    assert len(faults(text)) == 51


def test_texts_and_comments_hold_no_entries() -> None:
    text = GOOD + "note = '''\n[[marks]]\n'''\ndetail = \"\"\"\n[[marks]]\nname = 1\n\"\"\"\n# [[marks]]\n" + entry("b")
    assert [place.line for place in places_of(text)] == [1, 15]
    assert next(iter(places_of(text))).keys["note"] == 7
    assert names(text) == ["a", "b"]
