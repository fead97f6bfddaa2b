"""Rules of section 5 that the package does not follow yet; random cases and comparisons leave them out."""

from __future__ import annotations

PENDING = frozenset({"2c"})
