"""The parts that names of models are made of, as tables (design rules 2 and 9).

The patterns are written for Polars' regex engine, which has no look-around, and ignore case. They stand at the
bottom of the package because the catalogue (folding ``db.json``), the attribution of API names and the families
all read them.
"""

from __future__ import annotations

from dataclasses import dataclass

CANONICAL_BACKEND = "canonical"
"""The backend of a text name that carries no backend prefix."""

BACKENDS: tuple[str, ...] = ("aphrodite", "koboldcpp")
"""The backends that workers put before a name, as ``backend/``, in any case (rule 2)."""

SEPARATORS = "-_. "
"""What may stand between the parts of a name."""


@dataclass(frozen=True, slots=True)
class NamePart:
    """One kind of part: what it is called, its pattern, and examples that must match it whole."""

    label: str
    pattern: str
    examples: tuple[str, ...]


ENDINGS: tuple[NamePart, ...] = (
    NamePart(
        "GGUF quantisation",
        r"I?Q\d+(?:_K)?(?:_(?:XXS|XS|S|M|L|XL|NL|0|1))?",
        ("Q4_K_M", "Q8_0", "IQ4_XS", "IQ3_M", "Q5_K", "q4_k_s", "IQ4_NL"),
    ),
    NamePart("importance matrix", r"i1", ("i1",)),
    NamePart("file format", r"gguf|ggml|gptq|awq|exl2|exl3", ("gguf", "AWQ", "GPTQ", "exl2")),
    NamePart(
        "number width",
        r"int4|int8|fp8|fp16|fp32|bf16|4bit|8bit",
        ("Int4", "FP16", "bf16", "8bit"),
    ),
    NamePart("bits per weight", r"\d+(?:\.\d+)?bpw", ("4.0bpw", "6bpw")),
)
"""What quantisers put at the end of a text model's name (rule 2)."""

FAMILY_PARTS: tuple[NamePart, ...] = (
    NamePart(
        "size",
        r"(?:\d+x)?\d+(?:\.\d+)?[BM]|\d+B\d+|[AE]\d+(?:\.\d+)?B",
        ("7B", "1.8B", "125m", "8x22B", "7b1", "A3B", "E4B"),
    ),
    NamePart("version", r"v\d+(?:\.\d+)*", ("v2", "v4.1")),
    NamePart(
        "date",
        r"(?:0[1-9]|1[0-2])-20\d\d|20\d\d-(?:0[1-9]|1[0-2])|2\d(?:0[1-9]|1[0-2])",
        ("08-2024", "2024-08", "2507"),
    ),
    NamePart(
        "variant",
        r"Instruct|Chat|Base|it|hf|Thinking|Reasoning|Preview|Latest",
        ("Instruct", "chat", "Base", "it", "hf", "Thinking", "Reasoning", "Preview", "Latest"),
    ),
    *ENDINGS,
    NamePart("quantisation-aware training", r"QAT", ("QAT",)),
)
"""What distinguishes the members of one family of text models (rule 9), in the order in which it is taken off."""


def alternatives(parts: tuple[NamePart, ...]) -> str:
    """Return one pattern that matches any of the parts."""
    return "|".join(part.pattern for part in parts)
