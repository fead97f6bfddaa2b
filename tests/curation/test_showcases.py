"""Showcase files go with removed records (design section 9: companions)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from horde_model_reference.curation.showcases import Showcases, showcases_of
from tests.support.builders import IMAGE, catalogue_of

ROOT = "https://raw.example/owner/repository/main/showcase"


def found(shown: Mapping[str, Sequence[str]], removed: Sequence[str], tracked: Sequence[str]) -> Showcases:
    """The showcase files of removed models, by the addresses that each model shows."""
    catalogue = catalogue_of({name: {"showcases": list(addresses)} for name, addresses in shown.items()}, IMAGE)
    return showcases_of(catalogue.records, removed, "showcase", tracked)


def test_files_that_the_clone_has_are_deleted_and_others_are_listed() -> None:
    shown = {"oak": [f"{ROOT}/oak%20tree/1.webp", f"{ROOT}/oak%20tree/2.webp"], "elm": [f"{ROOT}/elm/1.webp"]}
    result = found(shown, ["oak"], ["showcase/oak tree/1.webp", "showcase/elm/1.webp"])
    assert result == Showcases(deleted=("showcase/oak tree/1.webp",), missing=("showcase/oak tree/2.webp",))


def test_a_folder_that_a_kept_record_shows_stays() -> None:
    shown = {"oak": [f"{ROOT}/trees/oak.webp"], "elm": [f"{ROOT}/trees/elm.webp"]}
    result = found(shown, ["oak"], ["showcase/trees/oak.webp", "showcase/trees/elm.webp"])
    assert result == Showcases(shared=("showcase/trees/oak.webp",))
    both = found(shown, ["oak", "elm"], ["showcase/trees/oak.webp", "showcase/trees/elm.webp"])
    assert both.deleted == ("showcase/trees/elm.webp", "showcase/trees/oak.webp")


def test_the_showcase_folder_itself_is_shared_by_file() -> None:
    shown = {"oak": [f"{ROOT}/oak.webp", f"{ROOT}/both.webp"], "elm": [f"{ROOT}/both.webp"]}
    result = found(shown, ["oak"], ["showcase/oak.webp", "showcase/both.webp"])
    assert result == Showcases(deleted=("showcase/oak.webp",), shared=("showcase/both.webp",))


def test_addresses_elsewhere_name_no_file() -> None:
    shown = {"oak": ["https://images.example/oak.webp", f"{ROOT}/../models.csv", f"{ROOT}/%2e%2e/models.csv"]}
    assert found(shown, ["oak"], ["models.csv"]) == Showcases()
