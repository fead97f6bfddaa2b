"""Names as workers and quantisers write them (rule 2a): every form, combined with every other."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.attribution import AMBIGUOUS, UNATTRIBUTED, attribute_names, candidates_of
from horde_model_reference.integrations.name_steps import name_rules
from horde_model_reference.name_parts import ENDINGS, LEADING_WORDS, NEVER_ENDINGS, PATH_FORMS, QUANTISERS

HARBOR, SAILOR, PIER = "Northwind/Harbor-8B-v1.2", "Salt.Works/Sailor_13B", "Meta-Lab/Pier-2-7b-chat-hf"
CATALOGUE = [HARBOR, SAILOR, PIER, "Northwind/Harbor-9B-v1.2", "other/Harbor-8B", "owner-less-7B", "Northwind/Harbor"]


def models_of(names: list[str], catalogue: list[str]) -> list[str]:
    """Return the model of each name, or why it has none."""
    reported = pl.LazyFrame({"api_name": pl.Series(names, dtype=pl.String)})
    found = attribute_names(reported, pl.Series(catalogue), name_rules(HordeModelType.TEXT)).collect()
    return [
        outcome if index is None else catalogue[index]
        for outcome, index in found.select("outcome", "model_index").iter_rows()
    ]


def model_of(name: str, catalogue: list[str]) -> str:
    return models_of([name], catalogue)[0]


def examples_of_endings() -> list[str]:
    """Return every ending of the tables with each separator that may stand before it."""
    written = [f"{mark}{example}" for part in ENDINGS for example in part.examples for mark in part.after]
    return written + [f"{mark}{example}" for word in LEADING_WORDS for example in word.examples for mark in "-_."]


ENDED = examples_of_endings()
STACKING = [ending for ending in ENDED if not re.match(r"\.\d[-_]?b(?:pw|it)", ending)]
"""Behind a digit, such as that of ``Q4_0``, ``.6bpw`` and ``.4bit`` would be the ends of ``0.6bpw`` and ``0.4bit``."""


@pytest.mark.parametrize("model", [HARBOR, SAILOR, PIER])
def test_rule_2a_every_ending_comes_off_after_every_separator_in_every_case(model: str) -> None:
    short = model.split("/")[1]
    names = sorted(
        {f"koboldcpp/{short}{form}" for ending in ENDED for form in (ending, ending.upper(), ending.lower())}
    )
    assert dict(zip(names, models_of(names, CATALOGUE), strict=True)) == dict.fromkeys(names, model)


OTHER_VERSIONS = ("Anchor-8B-v4.1", "Anchor-8B-v4.5", "Anchor-8B-v4b", "Anchor-8B-v41", "Anchor-8B-v4.1-it")
"""Models that the catalogue lacks; it has models whose names theirs begin with."""


@given(st.sampled_from(OTHER_VERSIONS), st.lists(st.sampled_from(ENDED), min_size=1, max_size=4))
def test_rule_2a_endings_take_no_version_or_size_with_them(other: str, endings: list[str]) -> None:
    name = f"koboldcpp/{other}{''.join(endings)}"
    assert model_of(name, ["Northwind/Anchor-8B-v4", "Northwind/Anchor-8B"]) == UNATTRIBUTED


@given(st.sampled_from([HARBOR, SAILOR, PIER]), st.lists(st.sampled_from(STACKING), min_size=2, max_size=6))
def test_rule_2a_endings_stack_in_any_order(model: str, endings: list[str]) -> None:
    assert model_of(f"koboldcpp/{model.split('/')[1]}{''.join(endings)}", CATALOGUE) == model


BACKENDS_BEFORE = ("", "koboldcpp/", "Aphrodite/")
PATHS_BEFORE = ("", "hf.co/", "huggingface.co/", "https://huggingface.co/", "/models/", "/data/llm/", "models/")
OWNERS_BEFORE = (
    "", "{author}/", "{author}_", "{author}-", "{author}.", "{author}_-_", "{author}--", "TheBloke/", "TheBloke_",
    "LoneStriker-", "mradermacher/{author}_", "bartowski_{author}_", "DevQuasar/{author}.", "RichardErkhov/{author}_-_",
    "someone/{author}-", "turboderp_{author}-",
)  # fmt: skip
ENDINGS_BEHIND = (
    "", "-Q4_K_M", ".i1-Q4_K_M.gguf", "-UD-Q4_K_XL-00001-of-00002.gguf", "-GGUF:UD-Q5_K_XL", "-MXFP4 ",
    "-gptq-4bit-32g",
    "-6.5bpw-h8-exl2", ".Q4-K-M", "@q8_0", "-GGUF:latest", "-unsloth-bnb-4bit", "-F16", "-W4A16",
)  # fmt: skip


@pytest.mark.parametrize("model", [HARBOR, SAILOR, PIER])
def test_rule_2a_prefixes_and_endings_combine(model: str) -> None:
    author, short = model.split("/")
    names = sorted(
        {
            spelled
            for backend, path, owner, ending in product(BACKENDS_BEFORE, PATHS_BEFORE, OWNERS_BEFORE, ENDINGS_BEHIND)
            for name in (f"{backend}{path}{owner.format(author=author)}{short}{ending}",)
            for spelled in (name, name.upper(), name.lower())
        }
    )
    assert Counter(models_of(names, CATALOGUE)) == {model: len(names)}


@pytest.mark.parametrize("quantiser", QUANTISERS)
def test_rule_2a_every_quantiser_may_stand_before_a_name(quantiser: str) -> None:
    names = [f"{quantiser}{joint}Harbor-8B-v1.2-Q4_K_M" for joint in "_-/"]
    assert models_of([*names, *map(str.lower, names)], CATALOGUE) == [HARBOR] * 6


@pytest.mark.parametrize("form", PATH_FORMS, ids=lambda form: form.label)
def test_rule_2a_paths_of_other_forms(form: object) -> None:
    for text, reading in form.examples:  # type: ignore[attr-defined]
        names = [
            text.replace("Author", "Northwind").replace("Name", f"Harbor-8B-v1.2{ending}") for ending in ("", "-Q4_0")
        ]
        assert models_of(names, CATALOGUE) == [HARBOR] * 2, reading


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nightjar-13B-Q4_K_M", AMBIGUOUS),
        ("velvet-owl_Nightjar-13B-Q4_K_M", "velvet-owl/Nightjar-13B"),
        ("VELVET-OWL-nightjar-13b", "velvet-owl/Nightjar-13B"),
        ("bartowski/Bramble_Nightjar-13B-GGUF", "Bramble/Nightjar-13B"),
        ("hf.co/Bramble/Nightjar-13B:Q4_K_M", "Bramble/Nightjar-13B"),
        ("/models/velvet-owl/Nightjar-13B.gguf", "velvet-owl/Nightjar-13B"),
        ("TheBloke_Nightjar-13B-GPTQ", AMBIGUOUS),
        ("someone_Nightjar-13B", UNATTRIBUTED),
    ],
)
def test_rule_2a_an_author_tells_namesakes_apart(name: str, expected: str) -> None:
    assert model_of(name, ["Bramble/Nightjar-13B", "velvet-owl/Nightjar-13B"]) == expected


def test_rule_2a_a_quantisers_own_record_comes_before_the_quantised_one() -> None:
    catalogue = ["TheBloke/Harbor-8B-GPTQ", "Northwind/Harbor-8B"]
    names = ["TheBloke_Harbor-8B-GPTQ", "TheBloke/Harbor-8B-GPTQ", "TheBloke_Harbor-8B-AWQ"]
    assert models_of(names, catalogue) == [catalogue[0], catalogue[0], catalogue[1]]


def test_rule_2a_a_records_own_hf_may_be_missing() -> None:
    assert (
        models_of(["pier-2-7b-chat.Q6_K", "Meta-Lab_Pier-2-7b-chat", "TheBloke/Pier-2-7B-Chat-GPTQ"], CATALOGUE)
        == [PIER] * 3
    )
    both = [PIER, "x/Pier-2-7b-chat"]
    assert model_of("Pier-2-7b-chat.Q6_K", both) == both[1], "a record of that very name comes first"
    assert models_of(["Pier-2-7b-hf", "Harbor-8B-v1.2-hf"], CATALOGUE) == [UNATTRIBUTED] * 2, "none is added"
    assert model_of("Pier-2-7b-chat", [PIER, "other/Pier-2-7b-chat-hf"]) == AMBIGUOUS
    assert model_of("other/Pier-2-7b-chat", [PIER, "other/Pier-2-7b-chat-hf"]) == "other/Pier-2-7b-chat-hf"


@pytest.mark.parametrize("word", [*NEVER_ENDINGS, "v2", "2501", "08-2024", "70B", "1k", "r2", "1M"])
def test_rule_2a_words_that_name_other_weights_never_come_off(word: str) -> None:
    forms = [f"Harbor-8B-v1.2{mark}{word}{ending}" for mark in "-_." for ending in ("", "-Q4_K_M", ".i1-Q4_K_M.gguf")]
    names = [f"koboldcpp/{written}" for form in forms for written in (form, form.upper(), form.lower())]
    assert models_of(names, CATALOGUE) == [UNATTRIBUTED] * len(names)


@pytest.mark.parametrize(
    "name",
    [
        "Harbor-8B-v1.2::user#12",
        "Harbor-8B-v1.2::Q4_K_M#1",
        "harbor:8b",
        "Harbor-8B-v1.2:3b",
        "Harbor-8B-v1.2-latest",
        "Harbor-8B-v1.2-pt",
        "Harbor-8B-v1.2-UD",
        "Harbor-8B-v1.2-unsloth",
        "Harbor-8B-v1.2-4b",
        "Harbor-8B-v1.2-IQ-Q4_K_M",
        "Harbor-8B-v1.2-unquantized",
        "v2-Harbor-8B-v1.2",
        "Super-Harbor-8B-v1.2-Q4_K_M",
        "someone_Harbor-8B-v1.2-Q4_K_M",
        "Harbor-8B-v1.2.1-Q4_K_M",
        "Harbor-8B-v1",
    ],
)
def test_rule_2a_other_words_stay(name: str) -> None:
    assert models_of([name, f"koboldcpp/{name}", f"aphrodite/TheBloke/{name}"], CATALOGUE) == [UNATTRIBUTED] * 3


def test_rule_2a_4b_is_a_size_unless_only_a_group_size_explains_it() -> None:
    names = ["Harbor-4B-128g", "Harbor-GPTQ-4b-128g", "koboldcpp/Harbor-4B"]
    assert models_of(names, ["x/Harbor-4B", "x/Harbor"]) == ["x/Harbor-4B", "x/Harbor", "x/Harbor-4B"]


@pytest.mark.parametrize("ending", ["-APEX", "-APEX-I-Quality", ".apex-tq-compact", "-APEX-GGUF:Q4_K_M"])
def test_rule_2a_apex_files_drop_it_and_instruct(ending: str) -> None:
    name = f"koboldcpp/Harbor-8B-v1.2{ending}"
    assert model_of(name, CATALOGUE) == HARBOR
    for tuned in ("Northwind/Harbor-8B-v1.2-it", "elsewhere/harbor-8b-v1.2-INSTRUCT"):
        catalogue = [*CATALOGUE, tuned]
        assert model_of(name, catalogue) == AMBIGUOUS
        assert model_of(f"{tuned}{ending}", catalogue) == tuned
        assert model_of("koboldcpp/Harbor-8B-v1.2-Q4_K_M", catalogue) == HARBOR
        reported = pl.LazyFrame({"api_name": [name]})
        found = attribute_names(reported, pl.Series(catalogue), name_rules(HordeModelType.TEXT)).collect()
        assert candidates_of(found, pl.Series(catalogue)) == {name: sorted([HARBOR, tuned])}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("koboldcpp/STRASSE-7B-Q4_K_M", "a/Straße-7B"),
        ("a_STRASSE-7b", "a/Straße-7B"),
        ("koboldcpp/Cafe\u0301-7B.gguf", "a/Café-7B"),
        ("\u00a0koboldcpp/café-7b\u3000", "a/Café-7B"),
        ("koboldcpp/ΜΟΝΟΣ-7B", "b/μονος-7B"),
    ],
)
def test_rule_2a_names_are_compared_in_nfc_casefolded_without_outer_blanks(name: str, model: str) -> None:
    assert model_of(name, ["a/Straße-7B", "a/Cafe\u0301-7B" if "é" not in model else model, "b/μονος-7B"]) == model


def test_rule_2a_a_hostile_name_costs_no_more_than_others() -> None:
    names = ["koboldcpp/" + ending * 80 for ending in ("-Q4", ".gguf", "-4b-128g", "TheBloke_", "/", "-UD-Q4")]
    assert models_of(names, CATALOGUE) == [UNATTRIBUTED] * len(names)


# The real names, where they lie beside the project.


@pytest.fixture(scope="module")
def real_models(shared_data: Path) -> list[str]:
    with (shared_data / "catalogue" / "models.csv").open(encoding="utf-8", newline="") as file:
        return list(dict.fromkeys(row["name"] for row in csv.DictReader(file)))


def rows_of(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]


FORMS_FOR_ALIASES = {
    "word-name.i1-Qn_K_x",
    "v2-name-Qn_K_x-imat",
    "ollama renamed:size-qn_K_x",
    "author's working title-Qn_K_x",
    "shortened name-Qn_K_x",
    "-it dropped, -APEX-I-word",
    "-it dropped, -APEX-word",
}
"""Forms of which no rule can know the model."""


def test_rule_2a_real_names_of_every_form_find_their_model(shared_data: Path, real_models: list[str]) -> None:
    """At least 97 % of them, none wrong, and every form but those that only an alias can know."""
    rows = rows_of(shared_data / "names" / "names.tsv")
    found = models_of([name for name, _, _ in rows], real_models)
    wrong = [row for row, model in zip(rows, found, strict=True) if model not in {row[1], UNATTRIBUTED, AMBIGUOUS}]
    missed = [row for row, model in zip(rows, found, strict=True) if model != row[1]]
    assert not wrong
    assert {form for _, _, form in missed} == FORMS_FOR_ALIASES
    assert len(missed) <= 0.03 * len(rows)


def test_rule_2a_real_names_that_look_alike_stay_apart(shared_data: Path, real_models: list[str]) -> None:
    rows = rows_of(shared_data / "names" / "different.tsv")
    names = sorted({name for name, _, _ in rows})
    found = dict(zip(names, models_of(names, real_models), strict=True))
    assert [row for row in rows if found[row[0]] == row[1]] == []
    attributed = {name for name, model in found.items() if model not in {UNATTRIBUTED, AMBIGUOUS}}
    assert attributed <= {f"aphrodite/{model}" for model in real_models}, "but those that name a record in full"
