"""Who relies on a model."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.curation.styles import (
    Dependents,
    Styles,
    parse_history,
    parse_style_categories,
    parse_styles,
    styles_in,
)
from horde_model_reference.errors import CatalogueFormatError

STYLES = Styles(
    models={"a": "One", "b": "One", "c": "Two", "d": "Three", "lost": "Gone", "same": "Four"},
    categories={
        "only one": ("a", "b"),
        "mixed": ("a", "c"),
        "nested": ("only one", "d"),
        "over nested": ("nested",),
        "circle": ("other circle", "c"),
        "other circle": ("circle",),
        "itself": ("itself",),
        "empty": (),
        "of nothing": ("nobody", "no category"),
        "same": ("same",),
    },
)


def test_a_name_of_a_style_and_of_a_category_means_both() -> None:
    categories = {"drawn": ("animation",), "animation": ("toon",), "itself": ("itself", "toon")}
    assert styles_in("drawn", {"animation", "toon"}, categories) == {"animation", "toon"}
    assert styles_in("animation", {"animation", "toon"}, categories) == {"toon"}
    assert styles_in("itself", {"toon"}, categories) == {"toon"}


@pytest.mark.parametrize(
    ("models", "styles", "emptied"),
    [
        (["One"], ["a", "b"], ["only one"]),
        (["Two"], ["c"], ["circle", "other circle"]),
        (["Three"], ["d"], []),
        (["One", "Two"], ["a", "b", "c"], ["circle", "mixed", "only one", "other circle"]),
        (["One", "Three"], ["a", "b", "d"], ["nested", "only one", "over nested"]),
        (["Four"], ["same"], ["same"]),
        (["one"], [], []),
        (["Nobody's"], [], []),
        ([], [], []),
    ],
)
def test_what_breaks_when_models_go(models: list[str], styles: list[str], emptied: list[str]) -> None:
    """Categories that have no style even now are left empty by nothing; circles end."""
    assert STYLES.dependents(models) == Dependents(tuple(styles), tuple(emptied))


def test_a_model_s_styles_are_counted_and_sorted() -> None:
    assert STYLES.naming("One") == ("a", "b")
    assert STYLES.naming("ONE") == ()
    assert STYLES.counts() == {"One": 2, "Two": 1, "Three": 1, "Gone": 1, "Four": 1}


def test_styles_of_models_that_are_not_there_are_orphans() -> None:
    assert STYLES.orphans(["One", "Two", "Three", "Four", "Unused"]) == {"lost": "Gone"}
    assert STYLES.orphans([]) == dict(sorted(STYLES.models.items()))


NAMES = st.sampled_from("abcdefg")


@given(
    models=st.dictionaries(NAMES, st.sampled_from("ABC")),
    categories=st.dictionaries(NAMES, st.lists(NAMES, max_size=4).map(tuple)),
    gone=st.sets(st.sampled_from("ABC")),
)
def test_a_category_is_emptied_exactly_when_it_loses_its_last_style(
    models: dict[str, str], categories: dict[str, tuple[str, ...]], gone: set[str]
) -> None:
    before, found = Styles(models, categories), Styles(models, categories).dependents(gone)
    after = Styles({style: model for style, model in models.items() if model not in gone}, categories)
    emptied = [
        name
        for name in sorted(categories)
        if styles_in(name, before.models, categories) and not styles_in(name, after.models, categories)
    ]
    assert list(found.emptied_categories) == emptied
    assert set(found.styles) == models.keys() - after.models.keys()


class TestReading:
    def test_styles(self) -> None:
        raw = {"a": {"model": "One", "prompt": "{p}"}, "no model": {"prompt": ""}, "odd": 3, "number": {"model": 3}}
        raw |= {"half \ud800": {"model": "One"}, "half a model": {"model": "\udfff"}}
        assert parse_styles(json.dumps(raw).encode(), "s") == {"a": raw["a"]}

    def test_categories(self) -> None:
        raw = {"x": ["a", 3, "b", "\ud800"], "y": [], "odd": "a", "\udfff": ["a"]}
        assert parse_style_categories(json.dumps(raw).encode(), "c") == {"x": ("a", "b"), "y": ()}

    def test_the_history_is_when_models_were_added_whatever_was_removed_since(self) -> None:
        raw = {
            "listed": {"date_added": 1_700_000_000, "date_removed": 1_710_000_000},
            "exact": {"date_added": 1.5},
            "unknown": {"date_added": None},
            "text": {"date_added": "2024"},
            "bool": {"date_added": True},
            "endless": {"date_added": float("inf")},
            "senseless": {"date_added": 10**400},
            "odd": 3,
        }
        assert parse_history(json.dumps(raw).encode(), "h") == {"listed": 1_700_000_000.0, "exact": 1.5}

    @pytest.mark.parametrize("parse", [parse_styles, parse_style_categories, parse_history])
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"[]", "a JSON list"),
            (b'"x"', "a JSON str"),
            (b'{"a": 3}', "expected a JSON object"),
            (b'{"a": {}', "line 1, column 9"),
            (b"<html>", "line 1, column 1"),
            (b"", "line 1"),
            (b'{"\xff": 1}', "cannot be read"),
            (b'{"a":' + b"[" * 100_000, "BODY_LIMITS__MAX_DEPTH"),
        ],
    )
    def test_what_is_no_such_file_is_refused(self, parse: object, content: bytes, words: str) -> None:
        assert callable(parse)
        with pytest.raises(CatalogueFormatError) as refused:
            parse(content, "the place")
        assert refused.value.message.startswith("the place")
        assert words in refused.value.message

    @pytest.mark.parametrize("parse", [parse_styles, parse_style_categories, parse_history])
    def test_an_empty_object_is_known_to_hold_nothing(self, parse: object) -> None:
        assert callable(parse)
        assert parse(b"{}", "p") == {}
