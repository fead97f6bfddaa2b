"""Profiles of repositories are data (design section 9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.repository_profiles import (
    PROFILED,
    check_clone,
    checklist,
    repository_profile,
    styles_profile,
)
from horde_model_reference.errors import PlanError, UsageError


@pytest.mark.parametrize("category", PROFILED)
def test_every_profile_has_a_catalogue_and_asks_for_a_vote(category: MODEL_REFERENCE_CATEGORY) -> None:
    profile = repository_profile(category)
    assert profile.catalogue
    assert any(item.when == "most_used" and "vote" in item.text for item in profile.checklist)
    assert bool(profile.dates) == bool(profile.second_commit)


def test_the_styles_repository_is_merged_first() -> None:
    profile = styles_profile()
    assert (profile.styles, profile.categories) == ("styles.json", "categories.json")
    always, *more = checklist(profile.checklist, {"repointed", "orphaned"})
    assert "before that of the catalogue" in always
    assert len(more) == 2
    assert checklist(profile.checklist, ()) == [always]


def test_a_category_without_a_profile_is_refused() -> None:
    with pytest.raises(UsageError, match="lora has no profile"):
        repository_profile(MODEL_REFERENCE_CATEGORY.lora)


def test_a_clone_has_its_files(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no root of a git clone"):
        check_clone(tmp_path, "--repository", "models.csv")
    (tmp_path / ".git").mkdir()
    with pytest.raises(PlanError, match="no such file"):
        check_clone(tmp_path, "--repository", "models.csv")
    (tmp_path / "models.csv").touch()
    check_clone(tmp_path, "--repository", "models.csv", "")
