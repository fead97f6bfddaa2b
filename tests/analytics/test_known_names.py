"""Models and families by name: found, or refused with the closest names."""

from __future__ import annotations

import pytest

from horde_model_reference.analytics.known_names import family_members, known_model, with_models
from horde_model_reference.analytics.unknown_names import as_spelled
from horde_model_reference.errors import EmptyCategoryError, UnknownModelError
from tests.support.builders import TEXT, catalogue_of

CATALOGUE = catalogue_of(["Northwind/Harbor-8B", "Northwind/Harbor-70B", "Quill/Tide-3B"], TEXT)


def test_a_catalogue_without_models_is_refused() -> None:
    assert with_models(CATALOGUE) is CATALOGUE
    with pytest.raises(EmptyCategoryError, match="has no models"):
        with_models(catalogue_of([], TEXT))


def test_a_model_is_known_by_its_whole_name() -> None:
    assert known_model(CATALOGUE, "Quill/Tide-3B") == ["Quill/Tide-3B"]
    with pytest.raises(UnknownModelError) as raised:
        known_model(CATALOGUE, "Quill/Tide-4B")
    assert "Quill/Tide-3B" in raised.value.hint


def test_a_family_is_known_by_its_base_name_in_any_case() -> None:
    for name in ("Harbor", "harbor", "HARBOR"):
        assert family_members(CATALOGUE, name) == ["Northwind/Harbor-70B", "Northwind/Harbor-8B"]
    with pytest.raises(UnknownModelError, match="has no family 'Harbour'") as raised:
        family_members(CATALOGUE, "Harbour")
    assert "Harbor" in raised.value.hint


def test_a_name_is_spelled_as_the_only_one_that_differs_in_case() -> None:
    assert as_spelled("Tide", ["Tide", "tide"]) == "Tide"
    assert as_spelled("TIDE", ["Tide", "Harbor"]) == "Tide"
    assert as_spelled("TIDE", ["Tide", "tide"]) == "TIDE"
