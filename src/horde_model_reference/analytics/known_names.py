"""Models and families of a catalogue, looked up by name."""

from __future__ import annotations

from collections.abc import Sequence

from horde_model_reference.analytics.unknown_names import closest_names, unknown_model
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.errors import EmptyCategoryError, UnknownModelError
from horde_model_reference.escaping import quoted
from horde_model_reference.name_text import folded, folded_names


def with_models(catalogue: Catalogue) -> Catalogue:
    """Return a catalogue that has models.

    Raises:
        EmptyCategoryError: It has none.
    """
    if not catalogue.records:
        raise EmptyCategoryError(f"The catalogue of {catalogue.category.value} has no models.")
    return catalogue


def known_model(catalogue: Catalogue, name: str) -> list[str]:
    """Return the name of a model, as the only one.

    Raises:
        UnknownModelError: There is no such model; the message proposes the closest ones.
    """
    if name not in catalogue.records:
        raise unknown_model(catalogue.category, name, catalogue.records, catalogue.skipped)
    return [name]


def family_members(catalogue: Catalogue, name: str) -> list[str]:
    """Return the models of a family, by its base name, ignoring case.

    Raises:
        UnknownModelError: There is no such family; the message proposes the closest ones.
    """
    names = catalogue.frame["name"]
    members: Sequence[str] = names.filter(folded_names(catalogue.families) == folded(name)).to_list()
    if not members:
        raise UnknownModelError(
            f"Category {catalogue.category.value} has no family {quoted(name)}.",
            hint=closest_names(name, catalogue.families.unique().sort().to_list()),
        )
    return list(members)
