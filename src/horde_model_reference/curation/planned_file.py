"""The files that a plan changes, as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.patch import path_in_work_tree, path_in_work_tree_of
from horde_model_reference.curation.plan_files import read_file


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that a plan changes.

    Attributes:
        name: Its base name.
        path: How the patch names it.
        content: Its bytes now.
    """

    name: str
    path: str
    content: bytes

    @classmethod
    def of_catalogue(cls, facts: CurationFacts, content: bytes) -> PlannedFile:
        """Return the catalogue's file with the bytes that it was read from."""
        return cls(facts.catalogue_file, path_in_work_tree_of(facts.location, facts.catalogue_file), content)

    @classmethod
    def at(cls, path: Path) -> PlannedFile:
        """Read a further file, such as the one that is generated from the catalogue.

        Raises:
            PlanError: It cannot be read.
        """
        return cls(path.name, path_in_work_tree(path), read_file(path))
