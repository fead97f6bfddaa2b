"""The patch and the text of the styles repository's pull request (design section 9: styles)."""

from __future__ import annotations

import json

import pytest

from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.style_pull_request import message, style_artefacts, title
from horde_model_reference.curation.styles import StyleFile, StyleFiles, Styles
from tests.support.curation import UNLIMITED, facts_of, plan_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES

FIGURES = {"gone": 0, "left": 900}
MODELS = {"a": "gone", "b": "gone", "kept": "left", "lost": "not listed"}


def styles_of(models: dict[str, str], categories: dict[str, tuple[str, ...]], steps: int = 9) -> Styles:
    """Styles with their files, as `CurationSources` reads them."""
    settings = {style: {"model": model, "steps": steps} for style, model in models.items()}
    files = StyleFiles(
        StyleFile("https://styles.example/styles.json?raw", json.dumps(settings, indent=4).encode()),
        StyleFile("https://styles.example/categories.json", json.dumps(categories, indent=4).encode()),
    )
    return Styles(models, categories, settings, files)


STYLES = styles_of(MODELS, {"only": ("a", "b"), "all": ("only", "kept")})


def plan(on_removal: str, styles: Styles | None = STYLES) -> Plan:
    facts = facts_of(FIGURES, styles=styles)
    overrides = {"gone": "superseded"}
    return plan_of(facts, UNLIMITED, {"styles": {"on_removal": on_removal}}, select=["gone"], overrides=overrides)


def test_a_plan_that_changes_no_style_has_no_second_patch() -> None:
    assert style_artefacts(plan("protect"), STYLES) == {}
    assert style_artefacts(plan("delete", None), None) == {}


def test_the_text_names_styles_categories_references_and_the_order() -> None:
    files = style_artefacts(plan("delete"), STYLES)
    assert files.keys() == {"styles.patch", "styles.md"}
    text = files["styles.md"].decode()
    assert text.startswith("# Delete 3 styles of removed models\n\nThese models leave `catalogue.json`: `gone`.\n")
    assert "| `a` | `gone` | deleted | The policy deletes the styles of removed models. |" in text
    assert "| `lost` | `not listed` | deleted | Its model was not in the catalogue before. |" in text
    assert "- `only` is deleted: nothing is left in it" in text
    assert "- `all` loses `only`" in text
    checklist = text.partition("## Checklist")[2]
    assert "before that of the catalogue" in checklist
    assert "not in the catalogue before" in checklist
    assert "re-pointed" not in checklist


def test_the_patch_names_both_files_by_their_base_names() -> None:
    patch = style_artefacts(plan("delete"), STYLES)["styles.patch"].decode()
    named = [line for line in patch.splitlines() if line.startswith("diff ")]
    assert named == ["diff --git a/styles.json b/styles.json", "diff --git a/categories.json b/categories.json"]


def test_re_pointed_styles_are_told_with_their_new_model() -> None:
    made = plan("repoint")
    files = style_artefacts(made, STYLES)
    assert title(made) == "Delete 1 style and re-point 2 styles of removed models"
    assert message(made).splitlines()[2:] == ["- a: left", "- b: left", "- lost: deleted"]
    assert b"diff --git a/categories.json" not in files["styles.patch"]
    assert "| `b` | `gone` | names `left` | The most used model of the same kind" in files["styles.md"].decode()
    assert "Try each re-pointed style" in files["styles.md"].decode()


@pytest.mark.parametrize("hostile", HOSTILE_NAMES.values())
def test_rule_13_hostile_names_are_inert(hostile: str) -> None:
    styles = styles_of({hostile: "gone"}, {hostile: (hostile,), "all": (hostile,)})
    made = plan("delete", styles)
    text = style_artefacts(made, styles)["styles.md"].decode()
    assert not ACTIVE.search(text.replace("\n", ""))
    assert len(message(made).splitlines()) == 3
