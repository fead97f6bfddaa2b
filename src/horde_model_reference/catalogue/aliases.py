"""Aliases: which model an API name belongs to, and which family a base name, where a curator knows better (rule 2b).

An alias file is TOML with two tables: ``models`` maps API names, or globs of them, to models; ``families`` maps base
names to families.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from importlib.resources import files
from typing import Any

from horde_model_reference.catalogue.sources import base_name_of
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.escaping import quoted
from horde_model_reference.name_text import composed, folded

TABLES = ("models", "families")
MAX_BYTES = 2**20
"""The largest alias file that is read, in bytes."""
MAX_LINE = 2_000
"""The longest line of an alias file, in characters; a key that is much longer takes the parser minutes."""
MAX_GLOBS = 1_000
"""Globs in one alias file: each is compared with every name that one of them matches."""

BUNDLED = "public_horde_aliases.toml"
HINT = "docs/how-to/add-an-alias.md describes these files; `aliases check FILE` checks one."


@dataclass(frozen=True, slots=True)
class Alias:
    """One line of an alias file.

    Attributes:
        written: The API name, glob or base name as the file has it.
        target: The model or family.
        place: The file, by its base name since answers show it, and the line.
        bundled: It came with the package, so that nobody here asked for its target.
    """

    written: str
    target: str
    place: str
    bundled: bool = False

    @property
    def is_glob(self) -> bool:
        """Whether it stands for more names than itself."""
        return any(mark in self.written for mark in "*?[")


@dataclass(frozen=True)
class Aliases:
    """The aliases of one file, or of several of which the first wins.

    Attributes:
        models: API names or globs.
        families: Base names.
    """

    models: tuple[Alias, ...] = ()
    families: tuple[Alias, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The identity of the aliases; equal digests mean equal aliases, and no aliases give an empty digest."""
        return hashlib.sha256(repr((self.models, self.families)).encode()).hexdigest() if self else ""

    def __bool__(self) -> bool:
        return bool(self.models or self.families)

    @cached_property
    def by_name(self) -> Mapping[str, Alias]:
        """The aliases by API name, globs included: one written out comes before every glob."""
        return {composed(alias.written): alias for alias in reversed(self.models)}

    @cached_property
    def spellings(self) -> list[str]:
        """The API names as the file has them, and in NFC."""
        return [*{alias.written for alias in self.models} | self.by_name.keys()]

    @cached_property
    def globs(self) -> tuple[Alias, ...]:
        """The aliases that are globs, in order."""
        return tuple(alias for alias in self.models if alias.is_glob)

    def of_name(self, api_name: str) -> Alias | None:
        """Return the alias of an API name, in NFC and without outer blanks; None if there is none."""
        if api_name in self.by_name:
            return self.by_name[api_name]
        return next((alias for alias in self.globs if fnmatchcase(api_name, composed(alias.written))), None)

    @cached_property
    def family_names(self) -> Mapping[str, str]:
        """The families by casefolded base name."""
        return {folded(alias.written): alias.target for alias in reversed(self.families)}

    def then(self, others: Aliases) -> Aliases:
        """Return these aliases with others that count where these say nothing."""
        return Aliases((*self.models, *others.models), (*self.families, *others.families))


NO_ALIASES = Aliases()


def parse_aliases(content: bytes, place: str, _: datetime | None = None) -> Aliases:
    """Read an alias file.

    Args:
        content: The file's bytes.
        place: The name of the file in messages.

    Raises:
        CatalogueFormatError: It is no TOML, too large, or holds anything but texts under ``models`` and ``families``;
            the message names the file and the line.
    """
    text = _text(content, place)
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is nested too deeply"
        raise CatalogueFormatError(f"{place}: {reason}.", hint=HINT) from error
    lines = {(table, key): number for table, key, number in _lines(text)}
    found = {table: tuple(_entries(tables, table, place, lines)) for table in TABLES}
    if unknown := sorted(tables.keys() - set(TABLES)):
        raise CatalogueFormatError(f"{place}: {quoted(unknown[0])}: expected [models] and [families].", hint=HINT)
    aliases = Aliases(found["models"], found["families"])
    if len(aliases.globs) > MAX_GLOBS:
        raise CatalogueFormatError(f"{place}: more than {MAX_GLOBS:,} globs.", hint=HINT)
    return aliases


def bundled_aliases() -> Aliases:
    """Return the aliases for the public Horde that come with the package."""
    content = files("horde_model_reference.catalogue").joinpath("data", BUNDLED).read_bytes()
    found = parse_aliases(content, BUNDLED)
    models = tuple(Alias(alias.written, alias.target, alias.place, bundled=True) for alias in found.models)
    return Aliases(models, found.families)


def _text(content: bytes, place: str) -> str:
    if len(content) > MAX_BYTES:
        raise CatalogueFormatError(f"{place}: more than {MAX_BYTES:,} bytes.", hint=HINT)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        bad = content[: error.start].count(b"\n") + 1
        raise CatalogueFormatError(f"{place}: line {bad}: not UTF-8 text.", hint=HINT) from error
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise CatalogueFormatError(f"{place}: line {number}: more than {MAX_LINE:,} characters.", hint=HINT)
    return text


def _lines(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield table, key and line number of every entry that stands on a line of its own."""
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("["):
            table = line.strip(" \t[]")
        elif "=" in line:
            try:
                entry = tomllib.loads(line)
            except (tomllib.TOMLDecodeError, RecursionError):
                continue
            yield from ((table, key, number) for key in entry)


def _entries(
    tables: Mapping[str, Any], table: str, place: str, lines: Mapping[tuple[str, str], int]
) -> Iterator[Alias]:
    entries = tables.get(table, {})
    if not isinstance(entries, dict):
        raise CatalogueFormatError(f"{place}: {table}: expected a table, [{table}].", hint=HINT)
    for key, target in entries.items():
        line = lines.get((table, key))
        where, shown = (f"{file} line {line}" if line else file for file in (place, base_name_of(place)))
        if not isinstance(target, str) or not target.strip() or not key.strip():
            raise CatalogueFormatError(f"{where}: {quoted(key)}: expected a name in quotes on both sides.", hint=HINT)
        yield Alias(key, target.strip(), shown)
