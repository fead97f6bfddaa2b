"""Bounds on TOML, checked before it is parsed."""

from __future__ import annotations

import re

import pytest

from horde_model_reference.toml_bounds import KEY_PARTS, NESTING, TOML_BYTES, excess


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#" * (TOML_BYTES + 1), "longer than"),
        ("\n\na = " + "[" * (NESTING + 1), r"brackets within each other \(line 3\)"),
        ("a" + ".a" * KEY_PARTS + " = 1", rf"a key of more than {KEY_PARTS} parts \(line 1\)"),
    ],
)
def test_a_text_beyond_a_bound_is_told_with_its_line(text: str, reason: str) -> None:
    assert re.search(reason, excess(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" + ".a" * (KEY_PARTS - 1) + " = 1",
        "a = " + "[" * NESTING + "]" * NESTING,
        'a = "' + "[." * 50 + '"',
        "a = '''\n" + "[." * 50 + "\n'''",
        "# " + "[." * 50,
        "a = 1.5\n" * 50,
    ],
)
def test_brackets_and_dots_within_texts_and_comments_do_not_count(text: str) -> None:
    assert excess(text) is None
