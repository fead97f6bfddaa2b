"""The changed files of the styles repository (design section 9): its rule holds, and every other byte stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.curation.patch import unified_patch
from horde_model_reference.curation.plan import StyleChange
from horde_model_reference.curation.style_files import ChangedStyleFiles, changed_style_files
from tests.support.git import git, new_repository

STYLES = b"""{
    "oak": { "prompt": "{p}###{np}", "model":"Gone", "steps": 20 },
    "lora": {
        "model": "Gone",
        "loras": [ {"name": "1", "model": 0.5},
                   {"name": "2", "model": 1} ]
    },

    "elm": {"prompt": "an \\u00fcber {p}", "model": "Kept"}
}
"""
CATEGORIES = b"""{
  "trees": ["oak",  "elm", "lora"],
  "all": [
    "trees", "only oak",
    "oak"
  ],
  "only oak": ["oak"],
  "over": [ "only oak" ],
  "empty": []
}"""


def changes(**targets: str | None) -> list[StyleChange]:
    return [StyleChange(style=style, model="Gone", to=to, reason="") for style, to in targets.items()]


def changed(*, styles: bytes = STYLES, categories: bytes = CATEGORIES, **targets: str | None) -> ChangedStyleFiles:
    return changed_style_files(styles, categories, changes(**targets))


def test_deleted_styles_go_with_their_references_and_emptied_categories() -> None:
    result = changed(oak=None)
    assert result.styles == STYLES.replace(
        b'"oak": { "prompt": "{p}###{np}", "model":"Gone", "steps": 20 },\n    ', b""
    )
    expected = b"""{
  "trees": ["elm", "lora"],
  "all": [
    "trees"
  ],
  "empty": []
}"""
    assert result.categories == expected
    assert result.deleted_categories == ("only oak", "over")
    assert result.dropped == {"trees": ("oak",), "all": ("only oak", "oak")}


def test_a_re_pointed_style_keeps_its_other_settings_and_its_references() -> None:
    result = changed(lora='A "new" one', oak="Über")
    expected = STYLES.replace(b'"model":"Gone"', b'"model":"\\u00dcber"')
    assert result.styles == expected.replace(b'"model": "Gone"', b'"model": "A \\"new\\" one"')
    assert result.categories == CATEGORIES
    assert result.deleted_categories == ()
    assert result.dropped == {}


def test_characters_are_written_as_the_file_writes_them() -> None:
    styles = STYLES.replace(b"\\u00fc", "ü".encode())
    assert b'"model":"\xc3\x9cber"' in changed(styles=styles, oak="Über").styles


def test_of_a_repeated_key_the_last_one_holds() -> None:
    styles = b'{"oak": {"steps": 3}, "oak": {"model": "Old", "model": "Gone"}}'
    result = changed(styles=styles, categories=b"{}", oak="New")
    assert result.styles == b'{"oak": {"steps": 3}, "oak": {"model": "Old", "model": "New"}}'
    assert changed(styles=styles, categories=b"{}", oak=None).styles == b"{}"


def test_a_name_of_a_style_and_of_a_category_stays_while_one_of_them_does() -> None:
    styles = b'{"drawn": {"model": "Gone"}, "toon": {"model": "Kept"}}'
    categories = b'{"art": ["drawn"], "drawn": ["toon"]}'
    assert changed(styles=styles, categories=categories, drawn=None).categories == categories
    result = changed(styles=styles, categories=categories, toon=None)
    assert result.categories == b'{"art": ["drawn"]}'
    assert result.dropped == {}


def test_circles_of_categories_without_a_style_go() -> None:
    categories = b'{"a": ["b", "oak"], "b": ["a"], "c": ["c"]}'
    result = changed(categories=categories, oak=None)
    assert result.deleted_categories == ("a", "b")
    assert result.categories == b'{"c": ["c"]}'


def test_entries_that_named_nothing_before_go_along() -> None:
    kept = b'"odd": 3, "mixed": ["odd", 4, "oak", "elm"]'
    categories = b'{"a": ["nothing", "elm"], "b": ["nothing"], "c": ["b"], ' + kept + b"}"
    result = changed(categories=categories, oak=None)
    assert result.categories == b'{"a": ["elm"], "odd": 3, "mixed": ["odd", "elm"]}'
    assert result.deleted_categories == ("b", "c")
    assert result.dropped == {"a": ("nothing",), "mixed": ("4", "oak")}


NAMES = st.sampled_from(["oak", "elm", "ash", 'a "quote"', "ü", "animation"])
SPACES = st.sampled_from([None, 0, 2, 4, "\t"])


@given(
    styles=st.dictionaries(NAMES, st.sampled_from(["Gone", "Kept", "Gone too"])),
    categories=st.dictionaries(NAMES, st.lists(NAMES, max_size=4)),
    targets=st.dictionaries(NAMES, st.none() | st.sampled_from(["Kept", "Künftig"])),
    layout=st.fixed_dictionaries({"indent": SPACES, "ensure_ascii": st.booleans()}),
    carriage=st.booleans(),
)
def test_the_rule_of_the_repository_holds_and_the_rest_is_as_it_was(
    styles: dict[str, str],
    categories: dict[str, list[str]],
    targets: dict[str, str | None],
    layout: dict[str, Any],
    carriage: bool,
) -> None:
    wanted = {style: targets.get(style) for style, model in styles.items() if model != "Kept"}
    files = [
        json.dumps(value, **layout).replace("\n", "\r\n" if carriage else "\n").encode()
        for value in ({name: {"steps": 3, "model": model, "loras": []} for name, model in styles.items()}, categories)
    ]
    result = changed_style_files(files[0], files[1], changes(**wanted))
    left, listed = json.loads(result.styles), json.loads(result.categories)
    assert left == {
        name: {"steps": 3, "model": wanted.get(name, model), "loras": []}
        for name, model in styles.items()
        if wanted.get(name, model) is not None
    }
    assert all(entry in left or entry in listed for entries in listed.values() for entry in entries)
    known = left.keys() | listed.keys()
    assert listed == {
        name: [entry for entry in entries if entry in known]
        for name, entries in categories.items()
        if name not in result.deleted_categories
    }
    assert all(listed[name] or not categories[name] for name in listed)
    if not wanted and all(entry in known for entries in categories.values() for entry in entries):
        assert [result.styles, result.categories] == files


def test_git_applies_the_patch_of_both_files(tmp_path: Path) -> None:
    clone = new_repository(tmp_path / "styles", {"styles.json": STYLES, "categories.json": CATEGORIES})
    result = changed(oak=None, lora="Kept")
    pairs = [("styles.json", STYLES, result.styles), ("categories.json", CATEGORIES, result.categories)]
    (tmp_path / "styles.patch").write_bytes("".join(unified_patch(*pair) for pair in pairs).encode())
    git(clone, "apply", "--check", str(tmp_path / "styles.patch"))
    git(clone, "apply", "--index", str(tmp_path / "styles.patch"))
    assert [(clone / name).read_bytes() for name, _, _ in pairs] == [new for _, _, new in pairs]


@pytest.mark.parametrize("treatment", ["delete", "repoint"])
def test_the_real_files_keep_their_rule_whichever_model_goes(shared_data: Path, treatment: str) -> None:
    """The real files name one model that the catalogue lacks; its style goes along."""
    names = ("styles.json", "categories.json")
    styles, categories = ((shared_data / "styles" / name).read_bytes() for name in names)
    before = json.loads(styles)
    listed = json.loads((shared_data / "catalogue" / "stable_diffusion.json").read_bytes())
    for model in sorted({style["model"] for style in before.values()} & listed.keys()):
        to = next(name for name in listed if name != model) if treatment == "repoint" else None
        orphans = {name: None for name, style in before.items() if style["model"] not in listed}
        named = {name: to for name, style in before.items() if style["model"] == model}
        result = changed_style_files(styles, categories, changes(**orphans | named))
        after, groups = json.loads(result.styles), json.loads(result.categories)
        assert all(style["model"] in listed.keys() - {model} for style in after.values())
        assert all(entry in after or entry in groups for entries in groups.values() for entry in entries)
        assert all(groups.values())
