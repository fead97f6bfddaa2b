"""Which model an API name belongs to (rule 2)."""

from __future__ import annotations

import random
import re
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.attribution import (
    AMBIGUOUS,
    ATTRIBUTED,
    RESULT_SCHEMA,
    UNATTRIBUTED,
    attribute_names,
    candidates_of,
    lookups_of,
)
from horde_model_reference.integrations.name_steps import name_rules
from horde_model_reference.name_parts import ENDINGS
from tests.support.text_names import API_NAMES, MODELS

TEXT = name_rules(HordeModelType.TEXT)
IMAGE = name_rules(HordeModelType.IMAGE)
FULL, FULL_FOLDED, PATH, PATH_FOLDED, SHORT, SHORT_FOLDED = range(6)


def strings(names: list[str]) -> pl.Series:
    return pl.Series(names, dtype=pl.String)


def attribute(
    api_names: list[str], models: list[str], model_type: HordeModelType = HordeModelType.TEXT
) -> pl.DataFrame:
    reported = pl.LazyFrame({"api_name": strings(api_names)})
    found = attribute_names(reported, strings(models), name_rules(model_type)).collect()
    assert found["api_name"].to_list() == api_names, "every name once, in the order given"
    return found


def models_of(api_names: list[str], models: list[str], model_type: HordeModelType = HordeModelType.TEXT) -> list[str]:
    """Return the model that each name belongs to, or why it belongs to none."""
    found = attribute(api_names, models, model_type)
    assert found["model_index"].is_not_null().equals(found["outcome"] == ATTRIBUTED)
    return [
        outcome if index is None else models[index]
        for outcome, index in found.select("outcome", "model_index").iter_rows()
    ]


def model_of(api_name: str, models: list[str], model_type: HordeModelType = HordeModelType.TEXT) -> str:
    return models_of([api_name], models, model_type)[0]


REAL_MODELS = [
    "Sao10K/L3-8B-Stheno-v3.2",
    "Sao10K/Fimbulvetr-11B-v2",
    "Qwen/Qwen2.5-72B",
    "Qwen/Qwen2.5-Coder-14B",
    "TheDrummer/Anubis-Pro-105B-v1",
    "Drummer/Skyfall-36B-v2",
    "EVA-UNIT-01/EVA-Qwen2.5-72B-v0.1",
    "KoboldAI/OPT-350M-Erebus",
    "KoboldAI/LLaMA2-13B-Tiefighter",
    "invisietch/L3-8B-Tamamo-v1",
    "SicariusSicariiStuff/Tenebra_30B_Alpha01_FP16",
    "meta-llama/Llama-3.3-70B",
    "meta-llama/Llama-3.2-3B",
    "turboderp/Cat-Llama-3-70B-instruct",
    "concedo/koboldcpp",
    "EleutherAI/pythia-410m-deduped",
    "gpt-oss-20b",
]
STHENO, EREBUS = "Sao10K/L3-8B-Stheno-v3.2", "KoboldAI/OPT-350M-Erebus"
REAL_NAMES = {
    "Sao10K/L3-8B-Stheno-v3.2": ("canonical", STHENO, FULL),
    "koboldcpp/L3-8B-Stheno-v3.2": ("koboldcpp", STHENO, SHORT),
    "aphrodite/Sao10K/L3-8B-Stheno-v3.2": ("aphrodite", STHENO, FULL),
    "aphrodite/sao10k/l3-8b-stheno-v3.2": ("aphrodite", STHENO, FULL_FOLDED),
    "KoboldCpp/L3-8B-Stheno-v3.2": ("koboldcpp", STHENO, SHORT),
    "KOBOLDCPP/l3-8b-STHENO-v3.2": ("koboldcpp", STHENO, SHORT_FOLDED),
    "koboldcpp/L3-8B-Stheno-v3.2-Q4_K_M": ("koboldcpp", STHENO, SHORT),
    "koboldcpp/L3-8B-Stheno-v3.2.i1-Q4_K_M": ("koboldcpp", STHENO, SHORT),
    "koboldcpp/L3-8B-Stheno-v3.2.i1-Q4_K_M.gguf": ("koboldcpp", STHENO, SHORT),
    "koboldcpp/Fimbulvetr-11B-v2.Q5_K_M": ("koboldcpp", "Sao10K/Fimbulvetr-11B-v2", SHORT),
    "koboldcpp/L3-8B-Tamamo-v1.i1-IQ4_XS": ("koboldcpp", "invisietch/L3-8B-Tamamo-v1", SHORT),
    "koboldcpp/Anubis-Pro-105B-v1.IQ3_M": ("koboldcpp", "TheDrummer/Anubis-Pro-105B-v1", SHORT),
    "koboldcpp/Skyfall-36B-v2-q4_k_m": ("koboldcpp", "Drummer/Skyfall-36B-v2", SHORT),
    "koboldcpp/EVA-Qwen2.5-72B-v0.1-Q4_K_M.gguf": ("koboldcpp", "EVA-UNIT-01/EVA-Qwen2.5-72B-v0.1", SHORT),
    "koboldcpp/OPT-350M-Erebus_Q4_K_S": ("koboldcpp", EREBUS, SHORT),
    "koboldcpp/OPT-350M-Erebus-Q8_0": ("koboldcpp", EREBUS, SHORT),
    "koboldcpp/pythia-410m-deduped-q4_k_m": ("koboldcpp", "EleutherAI/pythia-410m-deduped", SHORT),
    "aphrodite//models/qwen2.5-72b-awq": ("aphrodite", "Qwen/Qwen2.5-72B", SHORT_FOLDED),
    "aphrodite/Qwen/Qwen2.5-72B-GPTQ-Int4": ("aphrodite", "Qwen/Qwen2.5-72B", FULL),
    "aphrodite/QuantFactory/Qwen2.5-Coder-14B-AWQ": ("aphrodite", "Qwen/Qwen2.5-Coder-14B", SHORT),
    "tabbyAPI/Llama-3.3-70B-exl2-4.0bpw": ("canonical", "meta-llama/Llama-3.3-70B", SHORT),
    "koboldcpp/Tenebra_30B_Alpha01_FP16": ("koboldcpp", "SicariusSicariiStuff/Tenebra_30B_Alpha01_FP16", SHORT),
    "koboldcpp/Tenebra_30B_Alpha01_FP16.Q4_K_M": ("koboldcpp", "SicariusSicariiStuff/Tenebra_30B_Alpha01_FP16", SHORT),
    "turboderp/Cat-Llama-3-70B-instruct": ("canonical", "turboderp/Cat-Llama-3-70B-instruct", FULL),
    "gpt-oss-20b": ("canonical", "gpt-oss-20b", FULL),
    "openai/gpt-oss-20b": ("canonical", "gpt-oss-20b", SHORT),
    "koboldcpp/gpt-oss-20b-Q8_0": ("koboldcpp", "gpt-oss-20b", FULL),
    "concedo/koboldcpp": ("canonical", "concedo/koboldcpp", FULL),
    "koboldcpp/koboldcpp": ("koboldcpp", "concedo/koboldcpp", SHORT),
}
REAL_STRANGERS = {
    "KoboldCpp/Tiefighter-13B": "koboldcpp",
    "ollama/llama3.2:3b": "canonical",
    "koboldcpp/MyPrivate-13B::trusted0#2": "koboldcpp",
    "koboldcpp/L3-8B-Stheno-v3.2::user#12": "koboldcpp",
    "koboldcpp/mistral 7b (my finetune)": "koboldcpp",
    'koboldcpp/a & b <test> "quoted"': "koboldcpp",
    "koboldcpp/模型-7B-Q4_K_M": "koboldcpp",
    "koboldcpp/Tenebra_30B_Alpha01": "koboldcpp",  # the model's name has an ending, the API's does not
    "Sao10K/L3-8B-Stheno-v3.2-": "canonical",
    "Sao10K": "canonical",
    "L3-8B-Stheno": "canonical",
}


@pytest.mark.parametrize(("api_name", "expected"), REAL_NAMES.items(), ids=REAL_NAMES)
def test_rule_2_finds_the_model_of_a_name_as_workers_send_it(api_name: str, expected: tuple[str, str, int]) -> None:
    found = attribute([api_name], REAL_MODELS)
    backend, model, lookup = expected
    assert found["backend"].item() == backend
    assert REAL_MODELS[found["model_index"].item()] == model
    assert lookups_of(found, strings(REAL_MODELS)).item() == lookup


@pytest.mark.parametrize(("api_name", "backend"), REAL_STRANGERS.items(), ids=REAL_STRANGERS)
def test_rule_2_leaves_a_name_of_no_model_unattributed(api_name: str, backend: str) -> None:
    found = attribute([api_name], REAL_MODELS)
    assert found["backend"].item() == backend
    assert (found["outcome"].item(), found["model_index"].item()) == (UNATTRIBUTED, None)
    assert lookups_of(found, strings(REAL_MODELS)).item() is None


def test_rule_2_answers_many_names_as_it_answers_each() -> None:
    together = attribute([*REAL_NAMES, *REAL_STRANGERS], REAL_MODELS)
    assert together.equals(pl.concat(attribute([name], REAL_MODELS) for name in (*REAL_NAMES, *REAL_STRANGERS)))
    assert together.schema == pl.Schema(RESULT_SCHEMA)


@pytest.mark.parametrize(
    ("api_name", "models", "expected"),
    [
        ("a/m", ["a/m", "A/M"], "a/m"),  # a full name, exact case, before ...
        ("a/m", ["A/M", "b/m"], "A/M"),  # ... a full name, ignoring case, before ...
        ("c/m", ["a/m", "b/M"], "a/m"),  # ... the name without author, exact case, before ...
        ("c/M", ["a/m"], "a/m"),  # ... the name without author, ignoring case, before ...
        ("c/M-Q4", ["b/m-q4", "a/M"], "b/m-q4"),  # ... any shorter name.
        ("m", ["m", "a/m"], "m"),
        ("a/m", ["m", "b/m", "a/m"], "a/m"),
        ("a/b/m", ["c/m"], "c/m"),
        ("a/m", ["b/a/m"], "b/a/m"),
    ],
)
def test_rule_2_the_first_lookup_that_finds_one_model_decides(api_name: str, models: list[str], expected: str) -> None:
    assert model_of(api_name, models) == expected
    assert model_of(api_name, models[::-1]) == expected


@pytest.mark.parametrize(
    ("api_name", "models", "lookup"),
    [
        ("a/m", ["A/m", "A/M"], FULL_FOLDED),
        ("a/m", ["A/M", "A/m", "b/m"], FULL_FOLDED),  # one model without author would not settle it
        ("m", ["a/m", "b/m"], SHORT),
        ("koboldcpp/m", ["a/m", "b/m", "c/M"], SHORT),
        ("c/m", ["a/M", "b/M"], SHORT_FOLDED),
        ("c/M-Q4", ["a/m-q4", "b/m-q4", "c/M"], SHORT_FOLDED),  # nor does one with a shorter name
        ("c/m-Q4.gguf", ["a/m-Q4", "b/m-Q4", "c/m"], SHORT),
    ],
)
def test_rule_2_several_models_make_a_name_ambiguous(api_name: str, models: list[str], lookup: int) -> None:
    for order in (models, models[::-1]):
        found = attribute([api_name], order)
        assert (found["outcome"].item(), found["model_index"].item()) == (AMBIGUOUS, None)
        assert lookups_of(found, strings(order)).item() == lookup


def test_an_ambiguous_name_lists_the_models_it_could_be() -> None:
    models = ["c/m", "a/m", "b/M", "A/N", "a/n", "x/m-Q4", "z"]
    found = attribute(["m", "y/m-gguf", "a/N", "A/N", "z", "nothing"], models)
    assert candidates_of(found, strings(models)) == {
        "m": ["a/m", "c/m"],
        "y/m-gguf": ["a/m", "c/m"],
        "a/N": ["A/N", "a/n"],
    }


def test_the_list_of_candidates_is_bounded() -> None:
    models = [f"author {at:02}/m" for at in reversed(range(30))]
    assert candidates_of(attribute(["m"], models), strings(models), most=3) == {
        "m": ["author 00/m", "author 01/m", "author 02/m"]
    }


EXAMPLES = [example for part in ENDINGS if {*"-_."} <= {*part.after} for example in part.examples]
LISTED = (
    "Q2 Q4 Q8 IQ1 IQ4 Q4_K Q4_K_XXS Q4_K_XS Q4_K_S Q4_K_M Q4_K_L Q4_K_XL IQ4_NL IQ2_XXS Q8_0 Q4_1 Q5_K_NL i1 gguf ggml "
    "gptq awq exl2 exl3 int4 int8 fp8 fp16 fp32 bf16 4bit 8bit 4.0bpw 4bpw 3.75bpw 8.0bpw"
)


@pytest.mark.parametrize("ending", sorted({*EXAMPLES, *LISTED.split()}))
def test_rule_2_takes_off_every_ending(ending: str) -> None:
    """In any case, after any of the three separators, and not where the catalogue knows the name with it."""
    written = sorted({ending, ending.lower(), ending.upper()})
    names = [f"koboldcpp/m{separator}{form}" for separator in "-_." for form in written]
    assert models_of(names, ["a/m"]) == ["a/m"] * len(names)
    known = [f"{name}-gguf".replace("koboldcpp", "a") for name in names]
    assert models_of([f"{name}-gguf" for name in names], ["a/m", *known]) == known
    assert models_of([f"{name}-gguf-awq" for name in names], ["a/m", *known]) == known


@pytest.mark.parametrize(
    "rest",
    [
        "-Q",
        "-K_M",
        "-IQ",
        "-Q4_K_XXL",
        "-Q4_K_2",
        "-Q4K",
        "-XQ4",
        "Q4_K_M",
        " Q4_K_M",
        "/Q4_K_M",
        "-i2",
        "-int16",
        "-16bit",
        "-bpw",
        "-.0bpw",
        "-exl",
        "-Instruct",
        "-7B",
        "-v2",
        "-QAT",
        "-UD",
    ],
)
def test_rule_2_takes_off_nothing_else(rest: str) -> None:
    assert model_of(f"m{rest}", ["a/m"]) == UNATTRIBUTED


def test_rule_2_takes_endings_off_one_at_a_time() -> None:
    name = "koboldcpp/m.i1-Q4_K_M.gguf"
    models = ["z/m.i1-Q4_K_M.gguf", "z/m.i1-Q4_K_M", "z/m.i1", "z/m"]
    for nearest in range(len(models)):
        assert model_of(name, models[nearest:]) == models[nearest]
    assert attribute([name], ["z/other"])["looked_up"].item() == "m"


@pytest.mark.parametrize(
    ("api_name", "backend", "rest"),
    [
        ("koboldcpp/x/y", "koboldcpp", "x/y"),
        ("KoBoLdCpP/y", "koboldcpp", "y"),
        ("APHRODITE/x/y", "aphrodite", "x/y"),
        ("aphrodite/koboldcpp/y", "aphrodite", "koboldcpp/y"),  # one prefix only
        ("koboldcpp/koboldcpp/y", "koboldcpp", "koboldcpp/y"),
        ("tabbyAPI/y", "canonical", "tabbyAPI/y"),
        ("koboldcpp", "canonical", "koboldcpp"),
        ("koboldcpp-y/z", "canonical", "koboldcpp-y/z"),
        ("x/koboldcpp/y", "canonical", "x/koboldcpp/y"),
        (" koboldcpp/y", "koboldcpp", "y"),
        ("\nkoboldcpp/y", "koboldcpp", "y"),
        ("koboldcpp/\ny\t", "koboldcpp", "y"),
    ],
)
def test_rule_2_takes_off_one_backend_prefix_whatever_its_case(api_name: str, backend: str, rest: str) -> None:
    found = attribute([api_name], ["someone/else"])
    assert (found["backend"].item(), found["looked_up"].item()) == (backend, rest)


@pytest.mark.parametrize("api_name", ["", "/", "koboldcpp/", "Aphrodite/", "koboldcpp//", "-Q4_K_M", "koboldcpp/-gguf"])
def test_a_name_of_which_nothing_is_left_belongs_to_no_model(api_name: str) -> None:
    assert model_of(api_name, ["a/m", "m"]) == UNATTRIBUTED


HOSTILE = ["m.*", ".*", "(m", "[m]", "m+", "^m$", "m\\", "a|m", "$0", "${1}", "m\nn", "m\0", "m'\"", "<m>", "{m}", "m?"]


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_names_are_never_patterns(name: str) -> None:
    """Rule 13: what looks like a regex is found as itself, and finds nothing else."""
    others = [f"a/{other}" for other in [*HOSTILE, "m", "n", "mm"] if other != name]
    assert model_of(f"koboldcpp/{name}", others) == UNATTRIBUTED
    assert model_of(f"koboldcpp/{name}-Q4_K_M", [*others, f"b/{name}"]) == f"b/{name}"


@pytest.mark.parametrize("model_type", HordeModelType)
def test_without_names_or_models_there_is_nothing_to_attribute(model_type: HordeModelType) -> None:
    empty = attribute([], ["a/m"], model_type)
    assert empty.schema == pl.Schema(RESULT_SCHEMA)
    assert attribute([], [], model_type).is_empty()
    assert model_of("a/m-Q4", [], model_type) == UNATTRIBUTED


@pytest.mark.parametrize(
    ("api_name", "expected"),
    [
        ("Deliberate", "Deliberate"),
        ("deliberate", AMBIGUOUS),
        ("DELIBERATE", "DELIBERATE"),
        ("anything v5", "Anything v5"),
        ("Anything v5-fp16", UNATTRIBUTED),
        ("x/Anything v5", UNATTRIBUTED),
        ("koboldcpp/Anything v5", UNATTRIBUTED),
        ("stable_diffusion_xl/base", "Stable_Diffusion_XL/base"),
        ("base", UNATTRIBUTED),
        (" Anything v5\n", "Anything v5"),
        ("STRASSE", "Straße"),
        ("CAFE\u0301", "Café"),
    ],
)
def test_rule_2_image_names_are_found_exactly_then_ignoring_case(api_name: str, expected: str) -> None:
    models = ["Deliberate", "DELIBERATE", "Anything v5", "Stable_Diffusion_XL/base", "Straße", "Café"]
    assert model_of(api_name, models, HordeModelType.IMAGE) == expected
    assert model_of(api_name, models[::-1], HordeModelType.IMAGE) == expected
    assert attribute([api_name], models, HordeModelType.IMAGE)["backend"].item() == "canonical"


# Rules 2 and 2a once more, name by name and in plain words, to compare with.

ENDING = re.compile(
    r"[-_.:@](?:q\d+(?:[-_]k)?(?:[-_](?:m|xl|0))?|i1|gguf|4\.0bpw|gptq|int4|4bit|bnb|fp8(?:[-_]dynamic)?|32g"
    r"|apex(?:-i-mini)?|\d+-of-\d+)\Z|\.bin\Z|[:@]latest\Z",
    re.IGNORECASE,
)
JOINTS = ("_", "-", ".", "--", "_-_")
LEADING = {"-ud": r"[-_.]q\d", "-4b": r"-32g", "-unsloth": "-bnb"}
QUANTISER = re.compile(r"(?:thebloke|bartowski)[-_]+", re.IGNORECASE)


def spelled(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip())


def pointed(name: str) -> str:
    return re.sub(r"(\d)_(\d)", r"\1.\2", name)


def last(count: int, name: str) -> str:
    return "/".join(name.split("/")[-count:])


def shorter(name: str, whole: str) -> str:
    """Return a name with one part off, or the same."""
    if ending := ENDING.search(name):
        return name[: ending.start()]
    for word, follower in LEADING.items():
        if name.casefold().endswith(word) and re.match(follower, whole[len(name) :].casefold()):
            return name[: -len(word)]
    return name


def texts_of(rest: str) -> list[str]:
    texts = [rest]
    while len(texts) <= 12 and (less := shorter(texts[-1], rest)) != texts[-1]:
        texts.append(less)
    return texts


def plain_keys(text: str, model: str) -> list[tuple[str, str]]:
    return [(text, model), (last(2, text), model), (last(1, text), last(1, model))]


def wide_keys(text: str, model: str) -> list[tuple[str, str]]:
    keys = [(last(1, text), model.replace("/", joint)) for joint in JOINTS]
    if model[-3:].casefold() in {"-hf", "_hf"}:
        bare = model[:-3]
        keys.append((last(2, text), bare))
        keys += [(last(1, text), bare.replace("/", joint)) for joint in JOINTS]
        keys.append((last(1, text), last(1, bare)))
    else:
        keys += [("", "x")] * (2 + len(JOINTS))
    with_points = [(last(1, text), last(1, model)), *keys]
    return keys + [(pointed(of_name), pointed(of_model)) for of_name, of_model in with_points]


def strongest(text: str, models: list[str], wide: bool) -> tuple[int, list[str]] | None:
    """Return the first look-up that finds models, and those."""
    found: dict[int, list[str]] = {}
    for model in models:
        keys = plain_keys(text, spelled(model)) + (wide_keys(text, spelled(model)) if wide else [])
        for lookup, (one, other) in enumerate(keys):
            if one == other:
                found.setdefault(2 * lookup, []).append(model)
            if one.casefold() == other.casefold():
                found.setdefault(2 * lookup + 1, []).append(model)
    return min(found.items()) if found else None


def forms_of(text: str) -> list[str]:
    """Return the texts that a wide look-up tries for one."""
    segment = last(1, text)
    return [text, QUANTISER.sub("", segment, count=1)] if QUANTISER.match(segment) else [text]


def found_by_the_book(rest: str, models: list[str]) -> tuple[str, int, list[str]] | None:
    """Return the text that is found, the look-up, and the models."""
    for path in dict.fromkeys([rest, rest.rstrip("/")]):
        texts = texts_of(path)
        plain = [(text, False) for text in texts]
        wide = [(form, True) for text in texts for form in forms_of(text)]
        for text, is_wide in plain + wide:
            if found := strongest(text, models, is_wide):
                return (text, *found)
    return None


def by_the_book(api_name: str, models: list[str]) -> tuple[str, str, list[str], int | None]:
    """Return backend, outcome, models and look-up of a text name."""
    first, slash, others = api_name.strip().partition("/")
    has_backend = bool(slash) and first.lower() in {"koboldcpp", "aphrodite"}
    backend, rest = (first.lower(), spelled(others)) if has_backend else ("canonical", spelled(api_name))
    found = found_by_the_book(rest, models)
    if found is None:
        return backend, UNATTRIBUTED, [], None
    text, lookup, candidates = found
    apex = re.compile(r"[-_.:@]apex", re.IGNORECASE)
    if apex.search(rest) and not apex.search(text):
        bases = {last(1, spelled(model)).casefold() for model in candidates}
        tuned = {base + ending for base in bases for ending in ("-it", "-instruct")}
        candidates = candidates + [model for model in models if last(1, spelled(model)).casefold() in tuned]
    candidates = sorted(set(candidates))
    return backend, ATTRIBUTED if len(candidates) == 1 else AMBIGUOUS, candidates, lookup


@given(API_NAMES, MODELS, st.randoms(use_true_random=False))
def test_rules_2_and_2a_by_the_book(api_names: list[str], models: list[str], chance: random.Random) -> None:
    """The columns say what the rules say name by name, in whatever order the catalogue and the names come."""
    for names, catalogue in (
        (api_names, models),
        (chance.sample(api_names, len(api_names)), chance.sample(models, len(models))),
    ):
        found = attribute(names, catalogue)
        rows = zip(
            found["backend"],
            found["outcome"],
            [
                sorted(catalogue[index] for index in ([one] if one is not None else several or []))
                for one, several in found.select("model_index", "candidates").iter_rows()
            ],
            strict=True,
        )
        expected = [by_the_book(name, catalogue) for name in names]
        assert list(rows) == [(backend, outcome, owners) for backend, outcome, owners, _ in expected]
        attributed = found["outcome"] == ATTRIBUTED
        lookups = [lookup for _, outcome, _, lookup in expected if outcome == ATTRIBUTED]
        assert lookups_of(found.filter(attributed), strings(catalogue)).to_list() == lookups


@given(API_NAMES, MODELS)
def test_rule_2_candidates_by_the_book(api_names: list[str], models: list[str]) -> None:
    found = attribute(api_names, models)
    decided = {name: by_the_book(name, models) for name in api_names}
    expected = {name: candidates for name, (_, outcome, candidates, _) in decided.items() if outcome == AMBIGUOUS}
    assert candidates_of(found, strings(models)) == expected


@given(API_NAMES, MODELS)
def test_rule_2_image_names_by_the_book(api_names: list[str], models: list[str]) -> None:
    found = attribute(api_names, models, HordeModelType.IMAGE)
    for api_name, outcome, index in found.select("api_name", "outcome", "model_index").iter_rows():
        name = spelled(api_name)
        exact = [model for model in models if spelled(model) == name]
        alike = exact or [model for model in models if spelled(model).casefold() == name.casefold()]
        assert (None if index is None else models[index]) == (alike[0] if len(alike) == 1 else None)
        assert (outcome == AMBIGUOUS) == (len(alike) > 1)
