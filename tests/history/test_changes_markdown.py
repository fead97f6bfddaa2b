"""The digest of changes in Markdown."""

from __future__ import annotations

from datetime import date

import pytest

from horde_model_reference.history.changes import SENTENCES, ChangeKind
from horde_model_reference.history.changes_markdown import digest
from tests.history.test_atom_feed import page_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES

DAYS = date(2026, 4, 1), date(2026, 5, 1)


def test_changes_stand_by_category_and_kind() -> None:
    text = digest([page_of("a", "b")], *DAYS)
    assert text == (
        "# Changes from 2026-04-01 to 2026-05-01\n\n## image_generation\n\n### Due (2)\n\n"
        f"{SENTENCES[ChangeKind.DUE]}\n\n- 2026-05-01 `a`: `a may go.`\n- 2026-05-01 `b`: `b may go.`\n"
    )


def test_a_quiet_month_is_said() -> None:
    assert digest([page_of()], *DAYS).endswith("## image_generation\n\nNothing has changed.\n")


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_any_name_stays_on_its_line(name: str) -> None:
    """Rule 13."""
    text = digest([page_of(name)], *DAYS)
    assert not ACTIVE.search(text.replace("\n", ""))
    assert len([line for line in text.splitlines() if line.startswith("- ")]) == 1
