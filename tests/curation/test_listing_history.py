"""Age by the git history of the catalogue's file (design section 8, "Age")."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.listing_history import (
    ListingHistory,
    head_commit,
    listed_names,
    read_listing_history,
)
from horde_model_reference.errors import CatalogueSourceError
from tests.support.git_repository import GitRepository, noon

HEADER = "name,parameters_bn,style\n"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "catalogue")


def history_of(repository: GitRepository, name: str = "models.csv") -> ListingHistory:
    file = repository.folder / name
    head = head_commit(file)
    assert head is not None
    return read_listing_history(file, head)


def test_a_model_is_listed_since_the_first_commit_of_its_unbroken_listing(repository: GitRepository) -> None:
    repository.commit("2024-01-01", models__csv=f"{HEADER}a/One,1,x\n")
    repository.commit("2024-02-01", models__csv=f"{HEADER}a/One,1,x\nb/Two,2,x\n")
    head = repository.commit("2024-03-01", models__csv=f"{HEADER}b/Two,2,y\na/One,1,x\n")
    listings = {"a/One": Listing(noon("2024-01-01")), "b/Two": Listing(noon("2024-02-01"))}
    assert history_of(repository) == ListingHistory(head, listings)


def test_a_model_that_came_back_counts_from_its_return_and_tells_its_removal(repository: GitRepository) -> None:
    repository.commit("2024-01-01", models__csv=f"{HEADER}a/One,1,x\nb/Two,2,x\n")
    repository.commit("2024-02-01", models__csv=f"{HEADER}b/Two,2,x\n")
    repository.commit("2024-03-01", models__csv=f"{HEADER}a/One,1,x\nb/Two,2,x\n")
    repository.commit("2024-04-01", models__csv=f"{HEADER}b/Two,2,x\n")
    repository.commit("2024-05-01", models__csv=f"{HEADER}b/Two,2,x\n")
    repository.commit("2024-06-01", models__csv=f"{HEADER}a/One,1,x\nb/Two,2,x\n")
    listings = history_of(repository).listings
    assert listings["a/One"] == Listing(noon("2024-06-01"), removed_at=noon("2024-04-01"))
    assert listings["b/Two"] == Listing(noon("2024-01-01"))


def test_versions_without_header_are_read(repository: GitRepository) -> None:
    repository.commit("2023-02-22", models__csv="a/One,13000000000\nb/Two,6000000000\n")
    repository.commit("2024-09-15", models__csv=f"{HEADER}a/One,13,x\n")
    assert history_of(repository).listings == {"a/One": Listing(noon("2023-02-22"))}


@pytest.mark.parametrize(
    "broken",
    ['name,parameters_bn\na/One,"1\nb/Two,2\n', "", b"\xff\xfe", None, '{"a/One": ', HEADER],
    ids=["open quote", "empty", "no UTF-8", "absent", "cut JSON", "no names"],
)
def test_broken_versions_break_no_listing_and_are_counted(
    repository: GitRepository, broken: str | bytes | None
) -> None:
    repository.commit("2024-01-01", models__csv=f"{HEADER}a/One,1,x\nb/Two,2,x\n")
    repository.commit("2024-02-01", models__csv=broken)
    repository.commit("2024-03-01", models__csv=f"{HEADER}a/One,1,x\nb/Two,2,x\n")
    found = history_of(repository)
    assert (found.skipped, {listing.since for listing in found.listings.values()}) == (1, {noon("2024-01-01")})


def test_only_the_first_parent_line_counts(repository: GitRepository) -> None:
    repository.commit("2024-01-01", models__csv=f"{HEADER}a/One,1,x\n")
    repository.run("checkout", "--quiet", "-b", "proposal")
    repository.commit("2024-02-01", models__csv=f"{HEADER}a/One,1,x\nb/Two,2,x\n")
    repository.run("checkout", "--quiet", "main")
    repository.commit("2024-03-01", other__txt="Something else.")
    merged = f"{int(noon('2024-04-01'))} +0000"
    repository.run("merge", "--quiet", "--no-ff", "proposal", "-m", "merge", GIT_COMMITTER_DATE=merged)
    assert history_of(repository).listings["b/Two"] == Listing(noon("2024-04-01"))


def test_json_catalogues_are_read(repository: GitRepository) -> None:
    repository.commit("2024-01-01", stable_diffusion__json='{"One": {"name": "One"}}')
    repository.commit("2024-02-01", stable_diffusion__json='{"One": {}, "Zwei ❤": {}}')
    listings = history_of(repository, "stable_diffusion.json").listings
    assert listings == {"One": Listing(noon("2024-01-01")), "Zwei ❤": Listing(noon("2024-02-01"))}


def test_a_folder_and_a_file_with_odd_names_are_read(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "a folder, größer")
    folder = repository.folder / "sub folder"
    folder.mkdir()
    (folder / "models é.csv").write_text(f"{HEADER}a/One,1,x\n", encoding="utf-8")
    repository.commit("2024-01-01")
    assert history_of(repository, "sub folder/models é.csv").listings == {"a/One": Listing(noon("2024-01-01"))}


def test_a_file_outside_of_a_clone_has_no_head(tmp_path: Path) -> None:
    assert head_commit(tmp_path / "models.csv") is None


def test_a_refusal_of_git_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(CatalogueSourceError, match=r"^The git history of the catalogue cannot be read: [^\n]+\.$"):
        head_commit(tmp_path / "models.csv")


def test_without_git_the_message_names_it(repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit("2024-01-01", models__csv=f"{HEADER}a/One,1,x\n")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CatalogueSourceError, match="git is not installed"):
        head_commit(repository.folder / "models.csv")


def test_a_history_survives_being_kept(repository: GitRepository) -> None:
    repository.commit("2024-01-01", models__csv=f"{HEADER}a/One,1,x\n")
    repository.commit("2024-02-01", models__csv=f"{HEADER}b/Two,1,x\n")
    repository.commit("2024-03-01", models__csv=f"{HEADER}a/One,1,x\nb/Two,1,x\n")
    found = history_of(repository)
    assert ListingHistory.from_json(found.to_json()) == found


def test_the_names_of_a_version_are_those_of_its_first_column() -> None:
    assert listed_names(b'\xef\xbb\xbf"name","parameters_bn"\r\n"a/One, two","1"\r\n') == frozenset({"a/One, two"})


def test_all_models_of_the_real_text_catalogue_are_dated(shared_data: Path, tmp_path: Path) -> None:
    repository = GitRepository.clone(shared_data / "git" / "text.bundle", tmp_path / "text")
    found = history_of(repository)
    assert (len(found.listings), found.skipped) == (719, 2)
    assert max(listing.since for listing in found.listings.values()) < noon("2026-08-01")
