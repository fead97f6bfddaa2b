"""The review as Markdown: bounded, and inert whatever names and sentences hold."""

from __future__ import annotations

import pytest

from horde_model_reference.review.review_markdown import LONGEST_COMMENT, MOST_ROWS, review_markdown, summary
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.reviews import facts, image_file, image_record, reviewed


def test_findings_and_changes_have_their_tables() -> None:
    renamed = {"config": image_record("Old")["config"]}
    after = image_file({"Comes": {"description": ""}, "New": renamed, "Stays": {"nsfw": True}})
    shown = review_markdown(reviewed(facts(image_file(["Old", "Goes", "Stays"]), after)))
    assert shown.startswith("## Review of image_generation\n\n`before` to `after`: 0 errors, ")
    assert "| warning | `field_missing` | `Comes` | 2 | `It lacks: description.` |" in shown
    assert "| `Goes` | ? | ? | ? | ? |" in shown
    assert "| `New` | `Old` |" in shown
    assert "| `Stays` |" in shown
    assert "| `nsfw` |" in shown


def test_a_review_without_findings_says_so() -> None:
    shown = review_markdown(reviewed(facts(image_file(["One"]), image_file(["One"]))))
    assert "\nNo findings.\n" in shown
    assert summary(reviewed(facts(image_file(["One"]), image_file(["One"])))) == (
        "0 errors, 0 warnings, 0 info; 1 to 1 models: 0 added, 0 removed, 0 renamed, 0 changed."
    )


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_hostile_names_stay_text(name: str) -> None:
    after = image_file({name: {"description": "", "style": name, name: 1}, "Stays": {name: name}})
    shown = review_markdown(reviewed(facts(image_file(["Stays"]), after)))
    assert not ACTIVE.search(shown.replace("\n", ""))
    for line in shown.splitlines():
        assert_inert(line.replace("image_generation", ""))


def assert_inert(line: str) -> None:
    """Check that outside of code spans nothing but the review's own text and bars is left."""
    outside, at = "", 0
    while at < len(line):
        if line[at] != "`":
            outside, at = outside + line[at], at + 1
            continue
        fence = line[at : at + len(line[at:]) - len(line[at:].lstrip("`"))]
        end = line.find(fence, at + len(fence))
        assert end > 0, line
        at = end + len(fence)
    assert not set(outside) & set("<>@\\[]*_"), line


def test_a_comment_is_never_longer_than_github_takes() -> None:
    names = {f"{'|`x' * 60} {at}": {"description": "", "style": "s" * 900, "baseline": "|" * 500} for at in range(300)}
    gone = [f"{'`|' * 90}{at}" for at in range(300)]
    shown = review_markdown(reviewed(facts(image_file(gone), image_file(names))))
    assert len(shown) <= LONGEST_COMMENT
    assert "more." in shown


def test_long_tables_count_the_rest() -> None:
    shown = review_markdown(reviewed(facts(image_file(["One"]), image_file(["One", *map(str, range(MOST_ROWS + 3))]))))
    assert "… and 3 more." in shown
