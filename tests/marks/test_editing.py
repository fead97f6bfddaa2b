"""Adding marks and taking them away keeps comments and order."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.marks.editing import with_marks, without_marks
from horde_model_reference.marks.marks_file import parse_marks
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.marks import entry, mark_of

TEXT = f"""\
# Before all.

{entry("a").strip()}  # of a
# after a

# before b
{entry("b").strip()}
note = '''
[[marks]]
''' # of b
   # after b
{entry("c")}
# the end
"""


def names(text: str) -> list[str]:
    return [mark.name for mark in parse_marks(text.encode(), "marks.toml").entries]


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


def test_a_mark_is_added_after_everything_that_stands_there() -> None:
    marks = [mark_of("d", note="n"), mark_of("e", styles=["s"])]
    changed = with_marks(TEXT, marks)
    assert changed.startswith(TEXT)
    assert names(changed) == ["a", "b", "c", "d", "e"]
    assert parse_marks(changed.encode(), "m").entries[-2:] == tuple(marks)


@pytest.mark.parametrize("text", ["", "\n", "# only", "# only\n", entry("a").rstrip(), "# a\r\n" + entry("a")])
def test_a_mark_is_added_to_any_file(text: str) -> None:
    changed = with_marks(text, [mark_of("z")])
    assert changed.startswith(text)
    assert names(changed)[-1] == "z"
    assert ("\n" in changed.replace("\r\n", "")) == ("\n" in text.replace("\r\n", "") or "\r" not in text)


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    assert names(with_marks("", [mark_of(name)])) == [name]


@pytest.mark.parametrize(
    ("places", "left"),
    [
        ([0], ["b", "c"]),
        ([1], ["a", "c"]),
        ([2], ["a", "b"]),
        ([0, 1], ["c"]),
        ([1, 2], ["a"]),
        ([0, 2], ["b"]),
        ([0, 1, 2], []),
    ],
)
def test_a_mark_goes_with_its_own_lines_alone(places: list[int], left: list[str]) -> None:
    changed = without_marks(TEXT, places)
    assert names(changed) == left
    assert comments(changed) == comments(TEXT)
    for name in left:
        assert TEXT.split(f"name = '{name}'")[1].split("\n[[", maxsplit=1)[0].split("\n#", maxsplit=1)[0] in changed


def test_windows_line_ends_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    changed = without_marks(text, [1])
    assert names(changed) == ["a", "c"]
    assert "\n" not in changed.replace("\r\n", "")


BLOCKS = st.lists(
    st.tuples(st.sampled_from(["", "# above\n", "\n\n", "  # indented\n"]), st.sampled_from("abcdef")),
    min_size=1,
    max_size=6,
    unique_by=lambda block: block[1],
)


@given(BLOCKS, st.data())
def test_only_the_chosen_marks_go_and_every_comment_stays(blocks: list[tuple[str, str]], data: Any) -> None:
    text = "".join(above + entry(name) for above, name in blocks) + "# end\n"
    places = data.draw(st.sets(st.integers(0, len(blocks) - 1), min_size=1))
    changed = without_marks(text, places)
    kept = [name for at, (_, name) in enumerate(blocks) if at not in places]
    assert names(changed) == kept
    assert comments(changed) == comments(text)
    assert tomllib.loads(with_marks(changed, [mark_of("z")]))["marks"][-1]["name"] == "z"


@given(BLOCKS)
def test_a_mark_that_is_added_and_taken_away_leaves_the_text(blocks: list[tuple[str, str]]) -> None:
    text = "".join(above + entry(name) for above, name in blocks)
    assert without_marks(with_marks(text, [mark_of("z")]), [len(blocks)]).rstrip("\n") == text.rstrip("\n")
