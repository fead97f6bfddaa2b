"""Names are escaped (rule 13)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.escaping import MOST_SHOWN, quoted, shortened, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))
DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def acts(character: str) -> bool:
    """Whether Unicode says that the character does something: controls, line ends, directions, half of a pair."""
    return (
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(character) in DIRECTIONS
        or character in "\u061c\u200e\u200f"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Deliberate", "Deliberate"),
        ("a/b [c] <d> & \"e\" 'f' =1+1 \\", "a/b [c] <d> & \"e\" 'f' =1+1 \\"),
        ("caf\u00e9 \u6a21\u578b \U0001f600", "caf\u00e9 \u6a21\u578b \U0001f600"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]8;;http://x\x07", r"\x1b]8;;http://x\x07"),
        ("a\r\nb\tc\0", r"a\r\nb\tc\x00"),
        ("\x7f\x85\x9b", r"\x7f\x85\x9b"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\u202egnp.exe\u2066", r"\u202egnp.exe\u2066"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_acts_is_written_as_its_escape_rule_13(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_no_character_that_acts_is_left_and_no_other_is_touched_rule_13() -> None:
    every = map(chr, range(0x110000))
    assert [character for character in every if (visible(character) != character) is not acts(character)] == []


@given(ANY_TEXT)
def test_shown_text_is_inert_utf_8_and_stays_as_it_is_rule_13(text: str) -> None:
    shown = visible(text)
    assert not any(acts(character) for character in shown)
    assert shown.encode().decode() == shown
    assert visible(shown) == shown


def test_messages_show_names_in_quotes_and_inert_rule_13() -> None:
    assert quoted("Lantern") == "'Lantern'"
    assert quoted("it's") == '"it\'s"'
    assert quoted("\x1b[31m") == r"'\\x1b[31m'"


@pytest.mark.parametrize("length", [0, 1, MOST_SHOWN - 1, MOST_SHOWN])
def test_a_name_of_usual_length_is_repeated_whole(length: int) -> None:
    assert shortened("x" * length) == "x" * length


def test_a_message_repeats_no_more_of_a_name_than_a_little() -> None:
    assert shortened("y" + "x" * 100_000) == "y" + "x" * (MOST_SHOWN - 1) + "…"
    assert len(quoted("\x00" * 100_000)) < 6 * MOST_SHOWN
