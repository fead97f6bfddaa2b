"""The two sides of a review, read from real git repositories."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from horde_model_reference.body_limits import DEFAULT_LIMITS
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.listing_history import MOST_SEARCHED
from horde_model_reference.curation.repository_profiles import repository_profile
from horde_model_reference.errors import CatalogueError, UsageError
from horde_model_reference.review.revisions import Revisions, find_revisions, read_side
from tests.support.builders import IMAGE, TEXT
from tests.support.git_repository import GitRepository, noon
from tests.support.reviews import image_file, text_file, text_row

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ONE, TWO = text_row("a/One-7B"), text_row("b/Two-8B")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "text")


def found(repository: GitRepository, base: str, head: str) -> Revisions:
    return find_revisions(repository.folder, repository_profile(TEXT), base, head)


def listed(repository: GitRepository, revision: str, category: MODEL_REFERENCE_CATEGORY = TEXT) -> dict[str, float]:
    revisions = find_revisions(repository.folder, repository_profile(category), revision, revision)
    return {name: listing.since for name, listing in revisions.listings(NOW, DEFAULT_LIMITS).items()}


def test_the_base_is_the_commit_at_which_the_head_left_it(repository: GitRepository) -> None:
    start = repository.commit("2025-01-01", models__csv=text_file(ONE), db__json="{}")
    repository.run("switch", "--quiet", "-c", "feature")
    head = repository.commit("2025-01-02", models__csv=text_file(ONE, TWO))
    repository.run("switch", "--quiet", "main")
    repository.commit("2025-01-03", models__csv=text_file())
    revisions = found(repository, "main", "feature")
    assert (revisions.base, revisions.head) == (start, head)
    before, after = revisions.sides()
    assert (before.catalogue, before.generated) == (text_file(ONE), b"{}")
    assert (after.catalogue, after.label) == (text_file(ONE, TWO), head[:10])


def test_a_file_that_a_commit_lacks_is_none(repository: GitRepository) -> None:
    repository.commit("2025-01-01", readme="x")
    repository.commit("2025-01-02", models__csv=text_file(ONE))
    before, after = found(repository, "HEAD~1", "HEAD").sides()
    assert (before.catalogue, after.catalogue, after.generated) == (None, text_file(ONE), None)


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "x" * 5000, "HEAD:models.csv", "", "a b\n"])
def test_what_is_no_commit_is_refused(repository: GitRepository, revision: str) -> None:
    repository.commit("2025-01-01", models__csv=text_file(ONE))
    with pytest.raises(UsageError, match="no commit"):
        found(repository, "HEAD", revision)


def test_histories_without_a_common_ancestor_are_refused(repository: GitRepository) -> None:
    repository.commit("2025-01-01", models__csv=text_file(ONE))
    repository.run("checkout", "--quiet", "--orphan", "other")
    repository.commit("2025-01-02", models__csv=text_file(TWO))
    with pytest.raises(UsageError, match="no common ancestor"):
        found(repository, "main", "other")


def test_listings_and_removals_are_those_of_the_git_history_of_the_base(repository: GitRepository) -> None:
    repository.commit("2025-01-01", models__csv=text_file(ONE, TWO))
    base = repository.commit("2025-02-01", models__csv=text_file(ONE))
    repository.commit("2025-03-01", models__csv=text_file(TWO))
    assert listed(repository, base) == {"a/One-7B": noon("2025-01-01")}
    names = ["a/One-7B", "b/Two-8B", "c/Three-9B"]
    assert found(repository, base, base).removed_before(names[1:]) == {"b/Two-8B": noon("2025-02-01")}


def test_a_model_removed_twice_has_its_last_removal(repository: GitRepository) -> None:
    for month, rows in enumerate(((ONE, TWO), (ONE,), (ONE, TWO), (ONE,)), 1):
        repository.commit(f"2025-0{month}-01", models__csv=text_file(*rows))
    assert found(repository, "HEAD", "HEAD").removed_before(["b/Two-8B"]) == {"b/Two-8B": noon("2025-04-01")}


def test_many_names_at_once_are_found(repository: GitRepository) -> None:
    names = [f"model {at}" for at in range(MOST_SEARCHED + 1)]
    repository.commit("2025-01-01", stable_diffusion__json=image_file(["One", *names]))
    repository.commit("2025-01-02", stable_diffusion__json=image_file(["One"]))
    revisions = find_revisions(repository.folder, repository_profile(IMAGE), "HEAD", "HEAD")
    assert revisions.removed_before([*names, "Never"]) == dict.fromkeys(names, noon("2025-01-02"))


@pytest.mark.parametrize("name", ["Plain", "Größe", 'A "quote"', "back\\slash", "model\u2028"])
def test_removed_names_of_any_spelling_are_found(repository: GitRepository, name: str) -> None:
    repository.commit("2025-01-01", stable_diffusion__json=image_file(["One", name]))
    repository.commit("2025-01-02", stable_diffusion__json=image_file(["One"]))
    revisions = find_revisions(repository.folder, repository_profile(IMAGE), "HEAD", "HEAD")
    assert revisions.removed_before([name, "On"]) == {name: noon("2025-01-02")}


def test_the_file_of_dates_tells_the_listings_of_image_models(repository: GitRepository) -> None:
    dates = {"One": {"date_added": noon("2025-01-05")}, "Later": {"date_added": noon("2027-01-06")}}
    names = image_file(["One"])
    repository.commit("2025-06-01", stable_diffusion__json=names, model_mod_data__json=json.dumps(dates))
    assert listed(repository, "HEAD", IMAGE) == {"One": noon("2025-01-05")}


@pytest.mark.parametrize("dates", [None, "{", "[]", '{"One": {"date_added": "soon"}}'])
def test_without_dates_the_git_history_tells_the_listings(repository: GitRepository, dates: str | None) -> None:
    files: dict[str, str | bytes | None] = {"stable_diffusion__json": image_file(["One"])}
    repository.commit("2025-06-01", **files, **({} if dates is None else {"model_mod_data__json": dates}))
    assert listed(repository, "HEAD", IMAGE) == {"One": noon("2025-06-01")}


def test_files_are_read_as_far_as_their_limit(tmp_path: Path) -> None:
    (tmp_path / "models.csv").write_bytes(b"x" * 100)
    limits = DEFAULT_LIMITS.model_copy(update={"max_bytes": 10})
    side = read_side(tmp_path / "models.csv", limits, tmp_path / "models.csv")
    assert (side.label, side.catalogue, side.generated) == ("models.csv", b"x" * 11, b"x" * 11)
    with pytest.raises(CatalogueError, match="No such file"):
        read_side(tmp_path / "none.csv", limits)
