"""Protections of the policy that match no model: most often a slip of the pen, which a warning names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from horde_model_reference.analytics.unknown_names import closest_names
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.policy import Protection
from horde_model_reference.data_warnings import MAX_OF_A_KIND, DataWarning, bounded
from horde_model_reference.escaping import quoted


def unmatched_protections(
    matches: Iterable[tuple[Protection, Sequence[str]]], category: MODEL_REFERENCE_CATEGORY, names: Sequence[str]
) -> tuple[DataWarning, ...]:
    """Return a warning for each name and pattern that matches none of a category's models."""
    idle = dict.fromkeys(entry.pattern for entry, matched in matches if not matched)
    # Those that are only counted need no closest names, which take time.
    return bounded(_notice(category, pattern, names if at < MAX_OF_A_KIND else ()) for at, pattern in enumerate(idle))


def _notice(category: MODEL_REFERENCE_CATEGORY, pattern: str, names: Sequence[str]) -> DataWarning:
    return DataWarning(
        "protection_matches_nothing",
        f"The policy protects {quoted(pattern)}, which matches no model of {category.value}: it protects nothing, "
        f"unless it is meant for another category. {closest_names(pattern, names)}",
    )
