"""Aliases and curated families (rule 2b)."""

from __future__ import annotations

import pytest

from horde_model_reference.catalogue.aliases import (
    MAX_BYTES,
    MAX_GLOBS,
    MAX_LINE,
    NO_ALIASES,
    bundled_aliases,
    parse_aliases,
)
from horde_model_reference.errors import CatalogueFormatError

FILE = """\
# a comment
[models]
"ollama/harbor:3b" = "Northwind/Harbor-3B"
'koboldcpp/Pier-*' = 'Meta-Lab/Pier'  # a glob
plain = "Northwind/Plain"

[families]
"Harbor-Coder" = "Harbor"
"""


def test_rule_2b_a_file_maps_names_and_globs_to_models_and_base_names_to_families() -> None:
    aliases = parse_aliases(FILE.encode(), "/somewhere/mine.toml")
    found = {
        name: aliases.of_name(name)
        for name in ("ollama/harbor:3b", "koboldcpp/Pier-x", "plain", "Plain", "koboldcpp/Pie")
    }
    assert {name: alias and (alias.target, alias.place) for name, alias in found.items()} == {
        "ollama/harbor:3b": ("Northwind/Harbor-3B", "mine.toml line 3"),
        "koboldcpp/Pier-x": ("Meta-Lab/Pier", "mine.toml line 4"),
        "plain": ("Northwind/Plain", "mine.toml line 5"),
        "Plain": None,
        "koboldcpp/Pie": None,
    }
    assert aliases.family_names == {"harbor-coder": "Harbor"}


def test_a_name_written_out_comes_before_globs_and_globs_in_their_order() -> None:
    aliases = parse_aliases(b'[models]\n"a*" = "first"\n"ab*" = "second"\n"abc" = "exact"\n"a[b]" = "brackets"', "f")
    found = {name: aliases.of_name(name) for name in ("abc", "abd", "a[b]")}
    assert {name: alias and alias.target for name, alias in found.items()} == {
        "abc": "exact",
        "abd": "first",
        "a[b]": "brackets",
    }


def test_a_file_of_ones_own_wins_over_another() -> None:
    own, other = (
        parse_aliases(f'[models]\n"a" = "{target}"\n[families]\nb = "{target}"'.encode(), "f") for target in "xy"
    )
    alias = own.then(other).of_name("a")
    assert alias is not None
    assert (alias.target, own.then(other).family_names) == ("x", {"b": "x"})
    assert own.then(other).digest != own.digest != NO_ALIASES.digest == ""


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf[models]\r\n'a' = 'b'\r\n", b"[families]\n"])
def test_what_is_a_good_file(content: bytes) -> None:
    assert parse_aliases(content, "f") is not None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = 1\nb = \nc = 2", "f: "),
        (b"[models]\n\n'a' = 7", "f line 3: 'a': expected a name in quotes"),
        (b"[models]\n'a' = ' '", "f line 2: 'a': expected a name in quotes"),
        (b"[models]\n'a' = {b = 'c'}", "f line 2: 'a': expected a name in quotes"),
        (b"models = 'a'", "f: models: expected a table"),
        (b"[model]\n'a' = 'b'", "f: 'model': expected [models] and [families]"),
        (b"a = 1\nb = '\xff'", "f: line 2: not UTF-8 text"),
        (b"#" * (MAX_BYTES + 1), "f: more than 1,048,576 bytes"),
        (b"\n" + b"a." * MAX_LINE, "f: line 2: more than 2,000 characters"),
        (b"a = " + b"[\n" * 100_000, "f: it is nested too deeply"),
        (b"[models]\n" + b"".join(b"'a%d*' = 'b'\n" % at for at in range(MAX_GLOBS + 1)), "f: more than 1,000 globs"),
    ],
    ids=range(11),
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(content: bytes, message: str) -> None:
    with pytest.raises(CatalogueFormatError) as caught:
        parse_aliases(content, "f")
    assert caught.value.message.startswith(message)
    assert caught.value.hint


def test_a_fault_of_form_is_said_with_its_line() -> None:
    with pytest.raises(CatalogueFormatError, match=r"f: .*line 2"):
        parse_aliases(b"a = 1\nb = \nc = 2", "f")


def test_the_bundled_file_is_good_and_small() -> None:
    aliases = bundled_aliases()
    assert 0 < len(aliases.models) < 50
    assert all(alias.bundled and alias.place.startswith("public_horde_aliases.toml line ") for alias in aliases.models)
