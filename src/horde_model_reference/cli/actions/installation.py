"""Other distributions in the same environment that want the name of this package for another program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution

PACKAGE = "horde_model_reference"
_OURS = re.compile(r"horde[-_.]model[-_.]reference", re.IGNORECASE)
_NAMED = re.compile(r"^Name: *(\S+)", re.MULTILINE)
_NEEDED = re.compile(rf"^Requires-Dist: *({_OURS.pattern}(?![\w.-])[^;\n]*)", re.MULTILINE | re.IGNORECASE)
_ADVICE = "Install this service into an environment of its own (docs/operating.md, Installing)."


def conflicts(distributions: Iterable[Distribution]) -> Iterator[str]:
    """Yield a sentence for each distribution that brings or needs another package of this import name.

    Metadata is searched as text: parsing that of every distribution would take longer than the start of the service.

    Args:
        distributions: The installed distributions, such as those of ``importlib.metadata.distributions()``.
    """
    for distribution in distributions:
        metadata = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        named, needed = _NAMED.search(metadata), _NEEDED.search(metadata)
        if named is None or _OURS.fullmatch(named[1]):
            continue
        if _brings_package(distribution):
            yield f"{named[1]} installs a package {PACKAGE} too, and one of both overwrites the other. {_ADVICE}"
        if needed is not None:
            yield f"{named[1]} needs {needed[1].strip()}, a library of this name, which this service is not. {_ADVICE}"


def _brings_package(distribution: Distribution) -> bool:
    files = distribution.read_text("RECORD") or ""
    packages = (distribution.read_text("top_level.txt") or "").split()
    return PACKAGE in packages or re.search(rf"^{PACKAGE}/", files, re.MULTILINE) is not None
