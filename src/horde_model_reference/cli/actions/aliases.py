"""Check a file of aliases."""

from __future__ import annotations

from pathlib import Path

from horde_model_reference.catalogue.aliases import Aliases, parse_aliases
from horde_model_reference.catalogue.sources import FileSource
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.actions.output import write
from horde_model_reference.cli.actions.session import with_engine
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.engine import Engine
from horde_model_reference.escaping import visible
from horde_model_reference.integrations.data_merger import aliases_without_target
from horde_model_reference.reports.words import counted


def check(file: Path, *, demo: bool) -> None:
    """Check a file of aliases, and print the aliases whose model is not in the catalogue."""

    async def work(engine: Engine) -> tuple[Aliases, list[DataWarning]]:
        aliases = parse_aliases((await FileSource(str(file)).fetch(None)).content, str(file))
        catalogue = await engine.manager.get_catalogue(MODEL_REFERENCE_CATEGORY.text_generation)
        return aliases, list(aliases_without_target(aliases, catalogue.frame["name"]))

    aliases, warnings = with_engine(work, demo=demo)
    found = f"{counted(len(aliases.models), 'API name')}, {counted(len(aliases.families), 'base name')}"
    lines = [f"{visible(str(file))} is a good file of aliases: {found}.", *(warning.message for warning in warnings)]
    write("".join(f"{line}\n" for line in lines).encode(), None)
