"""How the figures are computed: the tables of the analysis, and worked examples from the sample."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import NoneType

import polars as pl
from docs.generator import sample
from docs.generator.markup import code, table

from horde_model_reference.analytics.columns import COLUMNS
from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.flags import FLAGS, Flag, ScoringContext
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_response import respond_with_attribution
from horde_model_reference.analytics.thresholds import thresholds_for
from horde_model_reference.catalogue.families import base_name
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE, HordeModelType
from horde_model_reference.name_parts import (
    AUTHOR_JOINTS,
    BACKENDS,
    ENDINGS,
    FAMILY_PARTS,
    LEADING_WORDS,
    NEVER_ENDINGS,
    PATH_FORMS,
    QUANTISERS,
    LeadingWord,
    NamePart,
)
from horde_model_reference.settings import Settings

TEXT = MODEL_REFERENCE_CATEGORY.text_generation

WORKED_MODEL = "Northwind/Harbor-8B-Instruct-v1.2"

WORKED_NAMES = (
    "koboldcpp/Nightjar-13B.Q5_K_M",
    "velvet-owl/Nightjar-13B",
    "aphrodite/quantblue/Harbor-70B-Instruct-v1.2-AWQ",
    "aphrodite//models/marlowe-12b-v3-awq",
    "ollama/harbor:3b",
)
"""One API name of each of the other kinds."""

BASE_NAMES = (
    "Qwen/Qwen2.5-Coder-14B-Instruct",
    "Sao10K/L3-8B-Stheno-v3.2",
    "mistralai/Ministral-3-14B-Instruct-2512",
    "EleutherAI/pythia-1.4b-deduped",
    "Qwen/Qwen3-30B-A3B-Instruct-2507",
    "bigscience/bloom-7b1",
    "SicariusSicariiStuff/Tenebra_30B_Alpha01_FP16",
    "CohereForAI/c4ai-command-r-08-2024",
    "THUDM/GLM-4-9B-0414",
    "ReadyArt/4.2.0-Broken-Tutu-24b",
)


TYPE_WORDS: dict[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    date: "day",
    NoneType: "null",
}


def columns() -> str:
    """Return the table of the columns with one value."""
    rows = [
        (
            code(column.name),
            TYPE_WORDS[column.value_type] + (f", {column.declared.unit}" if column.declared.unit else ""),
            column.declared.family.value,
            column.declared.description,
        )
        for column in COLUMNS.values()
    ]
    return table(("column", "value", "of a family", "meaning"), rows)


def flags() -> str:
    """Return the table of flags."""
    rows = (
        (code(flag.name), flag.severity.value, flag.sentence, _set_below(flag), flag.source, flag.words)
        for flag in FLAGS
    )
    return table(("flag", "severity", "reason", "set below", "source", "in reports"), rows)


def _set_below(flag: Flag) -> str:
    """Return a flag's threshold; where the types of model differ, that of each."""
    found = {
        traits.model_type: flag.threshold(ScoringContext(thresholds_for(Settings.model_construct(), traits), 1))
        for traits in USAGE.values()
    }
    values = {kind: f"{threshold.value:g}" for kind, threshold in found.items() if threshold}
    if len(set(values.values())) > 1:
        return ", ".join(f"{value} ({kind.value})" for kind, value in values.items()) + f": {flag.unit}"
    return f"{values[HordeModelType.IMAGE]}: {flag.unit}" if values else ""


def levels() -> str:
    """Return the table of levels, worst first."""
    rows = []
    for level in reversed(RiskLevel):
        given = [code(flag.name) for flag in FLAGS if flag.severity is level]
        match level:
            case RiskLevel.CRITICAL:
                says = "`is_critical`: hardly used and hardly served, both known"
            case RiskLevel.NONE:
                says = "no flag is set"
            case _:
                says = ", ".join(given)
        rows.append((code(level.value), says))
    return table(("level", "given by"), rows)


def presets() -> str:
    """Return the table of presets."""
    return table(("preset", "which rows"), ((code(preset.name), preset.sentence) for preset in PRESETS.values()))


def thresholds() -> str:
    """Return the numbers that each type is judged by."""
    by_type = {traits.model_type: thresholds_for(Settings.model_construct(), traits) for traits in USAGE.values()}
    rows = []
    for field, what in (
        ("low_usage", "`low_usage` below"),
        ("critical_usage", "`is_critical` below"),
        ("critical_workers", "`is_critical` below"),
    ):
        numbers = {kind: getattr(thresholds, field) for kind, thresholds in by_type.items()}
        unit = numbers[HordeModelType.IMAGE].unit
        rows.append((what, unit, *(f"{threshold.value:g}" for threshold in numbers.values())))
    matter = ("on" if found.hosts_matter else "off" for found in by_type.values())
    rows.append(("the four flags about downloads", "", *matter))
    return table(("what", "unit", *(f"{kind.value} models" for kind in HordeModelType)), rows)


def name_endings() -> str:
    """Return the endings that come off API names."""
    rows = ((part.label, _codes(part.examples), _codes(part.after)) for part in ENDINGS)
    return table(("kind", "examples", "after one of"), rows)


def leading_words() -> str:
    """Return the words that come off only before certain endings."""
    return _name_parts(LEADING_WORDS)


def other_weights() -> str:
    """Return words that never come off."""
    return f"{_codes(NEVER_ENDINGS)}."


def joined_names() -> str:
    """Return who may stand before a name, joined by what."""
    *joints, last = map(code, AUTHOR_JOINTS)
    own = f"Joined by {', '.join(joints)} or {last}: the model's own author."
    return f"{own} Joined by {code('_')} or {code('-')}: one of {_codes(QUANTISERS)}."


def paths() -> str:
    """Return the forms of paths."""
    rows = ((form.label, code(text), code(reading)) for form in PATH_FORMS for text, reading in form.examples)
    return table(("form", "text", "read as"), rows)


def family_parts() -> str:
    """Return the parts that come off names of families."""
    return _name_parts(FAMILY_PARTS)


def _name_parts(parts: Iterable[NamePart | LeadingWord]) -> str:
    return table(("kind", "examples"), ((part.label, _codes(part.examples)) for part in parts))


def _codes(texts: Iterable[str]) -> str:
    return ", ".join(map(code, texts))


def backends() -> str:
    """Return the backends in a sentence's words."""
    return f"Backends: {', '.join(code(f'{backend}/') for backend in BACKENDS)}."


def base_name_examples() -> str:
    """Return names and their base names."""
    return table(("model", "base name"), ((code(name), code(base_name(name))) for name in BASE_NAMES))


def attribution_of_one_model() -> str:
    """Return the API names that are counted for one model, with the sum."""
    found = [name for name in respond_with_attribution(sample.table(TEXT)).api_names if name.model == WORKED_MODEL]
    found.sort(key=lambda name: (-(name.usage_month or 0), name.api_name))
    rows: list[tuple[object, ...]] = [
        (code(name.api_name), name.backend, f"{name.usage_month:,}", name.worker_count, name.reason.replace("'", "`"))
        for name in found
    ]
    month = sum(name.usage_month or 0 for name in found)
    workers = sum(name.worker_count or 0 for name in found)
    rows.append((f"**{WORKED_MODEL}**", "", f"**{month:,}**", f"**{workers}**", ""))
    return table(("API name", "backend", "month", "worker threads", "how it was found"), rows)


def attribution_of_other_names() -> str:
    """Return one API name of each of the other kinds."""
    by_name = {name.api_name: name for name in respond_with_attribution(sample.table(TEXT)).api_names}
    rows = []
    for wanted in WORKED_NAMES:
        name = by_name[wanted]
        where = code(name.model) if name.model else f"none ({name.outcome})"
        candidates = f" It could be {' or '.join(map(code, name.candidates))}." if name.candidates else ""
        rows.append((code(wanted), where, f"{name.usage_month:,}", name.reason.replace("'", "`") + candidates))
    return table(("API name", "counted for", "month", "why"), rows)


def attribution_totals() -> str:
    """Return where each period's requests went."""
    totals = sample.table(TEXT).totals
    rows = (
        (period, *(f"{figure:,}" for figure in (found.attributed, found.ambiguous, found.unattributed, found.reported)))
        for period, found in totals.items()
    )
    return table(("period", "attributed", "ambiguous", "unattributed", "= reported"), rows)


def sums_of_families() -> str:
    """Return one family with its members."""
    rows = sample.table(TEXT).rows
    families = sample.table(TEXT).families.rows
    family = families.row(by_predicate=pl.col("name") == "Sparrow", named=True)
    members = rows.filter(pl.col("name").is_in(family["members"])).sort("name").to_dicts()
    lines: list[tuple[object, ...]] = [
        (code(row["name"]), f"{row['usage_month']:,}", row["worker_count"], row["risk_level"]) for row in members
    ]
    lines.append(
        (f"**{family['name']}**", f"**{family['usage_month']:,}**", f"**{family['worker_count']}**",
         f"**{family['risk_level']}**")
    )  # fmt: skip
    return table(("model", "month", "worker threads", "level"), lines)
