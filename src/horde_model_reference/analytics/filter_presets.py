"""The presets: questions that curators ask often, as a table (rule 10)."""

from __future__ import annotations

from dataclasses import dataclass
from operator import or_
from typing import TYPE_CHECKING

from horde_model_reference.errors import UnknownPresetError
from horde_model_reference.escaping import quoted

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Preset:
    """A named filter.

    Attributes:
        name: Its name in queries.
        sentence: The question it answers, for people.
        columns: A row matches if any of these boolean columns is true.
    """

    name: str
    sentence: str
    columns: tuple[str, ...]


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("deletion_candidates", "At risk: any flag is set.", ("at_risk",)),
        Preset("zero_usage", "Not used in the last 30 days.", ("zero_usage_month",)),
        Preset("no_workers", "No worker serves it now.", ("no_active_workers",)),
        Preset("missing_data", "No description or no baseline.", ("missing_description", "missing_baseline")),
        Preset("host_issues", "Any of the four flags about downloads.", ("has_warning",)),
        Preset(
            "critical",
            "Hardly used and hardly served; of families, those with such a member too.",
            ("is_critical", "has_critical_member"),
        ),
        Preset("marked", "Marked: its removal is announced; of families, those with such a member.", ("is_marked",)),
        Preset("low_usage", "A share of the month's usage below the threshold.", ("low_usage",)),
    )
}


def unknown_preset(name: str) -> UnknownPresetError:
    """Return the error for a name that no preset has; its message lists the presets."""
    return UnknownPresetError(f"There is no preset {quoted(name)}; the presets are: {', '.join(sorted(PRESETS))}.")


def apply_preset_filter(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows that answer a preset's question.

    Raises:
        UnknownPresetError: There is no such preset.
    """
    if name not in PRESETS:
        raise unknown_preset(name)
    return rows.filter(rows.select(PRESETS[name].columns).fold(or_))
