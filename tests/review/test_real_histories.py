"""Reviews of commits that curators really made (design section 11): none fails."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from benchmarks.review import commits_of, review_of

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.repository_profiles import repository_profile
from horde_model_reference.curation.styles import Styles
from horde_model_reference.review.review_markdown import LONGEST_COMMENT, review_markdown
from tests.support.builders import IMAGE, TEXT
from tests.support.git_repository import GitRepository

EACH = 50
BUNDLES = {IMAGE: "image.bundle", TEXT: "text.bundle"}


@pytest.mark.parametrize("category", BUNDLES)
def test_real_commits_are_reviewed_without_a_failure(
    category: MODEL_REFERENCE_CATEGORY, shared_data: Path, tmp_path: Path
) -> None:
    clone = GitRepository.clone(shared_data / "git" / BUNDLES[category], tmp_path / "clone").folder
    reviewed = 0
    for revisions in islice(commits_of(clone, repository_profile(category)), 0, None, EACH):
        made = review_of(revisions, category, Styles({}, {}))
        assert len(review_markdown(made)) <= LONGEST_COMMENT
        assert made.model_dump_json()
        reviewed += 1
    assert reviewed >= 5
