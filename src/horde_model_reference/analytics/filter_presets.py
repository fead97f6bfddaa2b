"""The presets: questions that curators ask often, as a table (rule 10)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.flags import HOST_FLAGS
from horde_model_reference.errors import UnknownPresetError
from horde_model_reference.escaping import quoted


@dataclass(frozen=True, slots=True)
class Preset:
    """One question: its name, what it asks, and which rows answer it."""

    name: str
    sentence: str
    rows: pl.Expr


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("deletion_candidates", "At risk: any flag is set.", pl.col("at_risk")),
        Preset("zero_usage", "Not used in the last 30 days.", pl.col("usage_month") == 0),
        Preset("no_workers", "No worker serves it now.", pl.col("no_active_workers")),
        Preset(
            "missing_data",
            "No description or no baseline.",
            pl.any_horizontal("missing_description", "missing_baseline"),
        ),
        Preset("host_issues", "Any of the four flags about downloads.", pl.any_horizontal(HOST_FLAGS)),
        Preset("critical", "Hardly used and hardly served.", pl.col("is_critical")),
        Preset("low_usage", "A share of the month's usage below the threshold.", pl.col("low_usage")),
    )
}


def check_preset(name: str) -> None:
    """Raise where there is no such preset.

    Raises:
        UnknownPresetError: The message lists the presets.
    """
    if name not in PRESETS:
        raise UnknownPresetError(f"There is no preset {quoted(name)}; the presets are: {', '.join(sorted(PRESETS))}.")


def apply_preset_filter(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows that answer a preset's question; errors as for :func:`check_preset`."""
    check_preset(name)
    return rows.filter(PRESETS[name].rows)
