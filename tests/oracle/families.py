"""Families of text models: rule 9."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from tests.oracle.names import APEX, ENDINGS, folded, short

SEPARATORS = "-_. "

SIZES = (r"\d+x\d+(?:\.\d+)?b", r"\d+b\d+", r"[ae]\d+(?:\.\d+)?b", r"\d+(?:\.\d+)?[bm]")
DECIMAL_UNDERSCORE = r"\d+_\d+b"
"""``Qwen-1_8B`` has 1.8 billion weights; underscores that separate parts are no points (``LLAMA-3_8B_Unaligned``)."""
VERSIONS = (r"v\d+(?:\.\d+)*",)
DATES = (r"(?:0[1-9]|1[0-2])-20\d\d", r"20\d\d-(?:0[1-9]|1[0-2])", r"2\d(?:0[1-9]|1[0-2])")
VARIANTS = (r"instruct|chat|base|it|hf|thinking|reasoning|preview|latest",)
PARTS = (SIZES, VERSIONS, DATES, VARIANTS, (*ENDINGS, APEX, r"\d+g", "qat"))


def base_name(name: str) -> str:
    """Return the name of the family that a model belongs to, in the model's spelling."""
    whole = short(name)
    rest = _without(whole, [DECIMAL_UNDERSCORE]) if whole.count("_") == 1 else whole
    for parts in PARTS:
        rest = _without(rest, parts)
    rest = re.sub(rf"([{SEPARATORS}])[{SEPARATORS}]+", r"\1", rest).strip(SEPARATORS)
    return rest or whole


def _without(name: str, parts: Iterable[str]) -> str:
    alternatives = "|".join(f"(?:{part})" for part in parts)
    pattern = rf"(?<![^{SEPARATORS}])(?:{alternatives})(?![^{SEPARATORS}])"
    return re.sub(pattern, "", name, flags=re.IGNORECASE)


def families(models: Iterable[str], curated: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the members of each family by its name."""
    curated = {folded(base): family for base, family in curated.items()}
    spelled: dict[str, list[str]] = {}
    members: dict[str, list[str]] = {}
    for model in sorted(models):
        base = base_name(model)
        family = curated.get(folded(base), base)
        spelled.setdefault(folded(family), []).append(family)
        members.setdefault(folded(family), []).append(model)
    return {_most_used(spellings): members[key] for key, spellings in spelled.items()}


def _most_used(spellings: list[str]) -> str:
    counts = Counter(spellings)
    return min(counts, key=lambda spelling: (-counts[spelling], spelling))
