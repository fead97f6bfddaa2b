"""Short words of the page for values that reports spell out: baselines, and the reasons of verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.flags import FLAGS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.reasons import REASONS as ALL_REASONS
from horde_model_reference.history.changes import ChangeKind
from horde_model_reference.reports import words

BASELINES: Mapping[str, str] = {
    "stable_diffusion_1": "SD 1",
    "stable_diffusion_2_512": "SD 2",
    "stable_diffusion_2_768": "SD 2",
    "stable_diffusion_xl": "SDXL",
    "stable_cascade": "Cascade",
    "flux_1": "Flux",
    "flux_dev": "Flux",
    "flux_schnell": "Flux",
    "qwen_image": "Qwen",
    "z_image_turbo": "Z-Image",
}
"""Abbreviations of baselines; others are shown as they are."""

REASONS: Mapping[str, str] = {reason.code: reason.words for reason in ALL_REASONS}
"""The reasons of verdicts in two or three words, by their code."""

CHANGES: Mapping[ChangeKind, str] = {
    ChangeKind.MARKED: "marked for removal",
    ChangeKind.UNMARKED: "no longer marked",
    ChangeKind.DUE: "its marked day has come",
    ChangeKind.RECOVERED: "marked, and recovered",
    ChangeKind.NEWLY_CRITICAL: "newly critical",
    ChangeKind.NO_LONGER_CRITICAL: "no longer critical",
    ChangeKind.ADDED: "added to the catalogue",
    ChangeKind.REMOVED: "left the catalogue",
    ChangeKind.NEWLY_UNATTRIBUTED: "a new name of no model",
}
"""The kinds of recorded changes in a few words."""

SPEAKS_FOR: Mapping[str, Verdict] = {reason.code: reason.verdict for reason in ALL_REASONS}
"""The verdict that each reason speaks for, by its code."""
FLAG_WORDS: Mapping[str, str] = {flag.name: flag.words for flag in FLAGS}
PRESET_WORDS: Mapping[str, str] = {name: name.replace("_", " ") for name in PRESETS}


def baseline(value: str) -> str:
    """Return the abbreviation of a baseline; other baselines as they are, with blanks for underscores."""
    return BASELINES.get(value, value.replace("_", " "))


_BASELINE = re.compile(rf"\b(?:{'|'.join(BASELINES)})\b")


def kind(text: str) -> str:
    """Return a kind, or a sentence with one, with its baseline abbreviated."""
    return _BASELINE.sub(lambda found: BASELINES[found[0]], text)


def mark(remove_after: date | None) -> str:
    """Return the first day on which a marked model may be removed, in words; empty without a mark."""
    return f"marked, may go from {remove_after}" if remove_after else ""


def countdown(remove_after: date, today: date) -> str:
    """Return the days until a marked model may be removed, in words."""
    days = (remove_after - today).days
    return f"in {words.counted(days, 'day')}" if days > 0 else "now"


def deciding(codes: Iterable[str], verdict: Verdict) -> list[str]:
    """Return the codes of the reasons that speak for a verdict, without those of weaker ones."""
    return [code for code in codes if SPEAKS_FOR.get(code) is verdict]


def reasons(codes: Iterable[str], styles: int | None = None) -> str:
    """Return the reasons of a verdict in words: ``2 styles, jobs waiting``.

    Args:
        codes: Their codes, the strongest first.
        styles: The number of styles that name the model.
    """
    return ", ".join(dict.fromkeys(_reason(code, styles) for code in codes))


def _reason(code: str, styles: int | None) -> str:
    if code == "named_by_styles" and styles:
        return f"{styles} style{'' if styles == 1 else 's'}"
    return REASONS.get(code, code.replace("_", " "))
