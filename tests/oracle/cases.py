"""Random inputs, small and nasty; each is told by a seed and a number."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from tests.oracle.families import base_name
from tests.oracle.oracle import Inputs
from tests.oracle.rows import Thresholds

AUTHORS = ("Northwind", "northwind", "moss-gate", "Élan", "TheBloke", "Qwen")
BASES = (
    *("Harbor", "harbor", "L3-Foxglove", "Qwen2.5-Coder", "Café", "GLM-4", "4.2.0-Broken", "Tide_Alpha01", "Straße"),
)
SIZES = ("7B", "8b", "70B", "1.8B", "125m", "8x22B", "7b1", "30B-A3B", "E4B", "1_8B")
VARIANTS = ("Instruct", "it", "Chat", "Base", "chat-hf", "Thinking", "Reasoning", "Preview")
VERSIONS = ("v2", "v4.1", "V3", "08-2024", "2024-08", "2507", "0414", "2512")
STORED = ("AWQ", "GPTQ-Int4", "FP16", "GGUF")
"""Endings that a record may carry in its own name."""

ENDINGS = (
    *("Q4_K_M", "Q8_0", "IQ4_XS", "q5_k_s", "Q6_K", "i1-Q4_K_M", "Q4_1", "IQ4_NL", "Q3_K_XL", "IQ2_XXS"),
    *("gguf", "GGML", "gptq", "AWQ", "exl2", "exl3", "int4", "Int8", "fp8", "FP16", "fp32", "bf16", "4bit", "8bit"),
    *("4.0bpw", "exl2-4.0bpw"),
)
"""Endings of rule 2."""
QUANTISERS_ENDINGS = (
    *("6.5bpw-h8-exl2", "F64"),
    *("F16", "F32", "MXFP4", "NVFP4", "TQ1_0", "Q4_0_4_4", "IQ4_KS", "IQ2_KT", "UD-Q4_K_XL", "imat", "Q4_K_M-imat"),
    *("imatrix", "bnb-4bit", "nf4", "HQQ", "AQLM", "AutoRound", "W4A16", "quantized.w8a8", "FP8-Dynamic", "FP8-Block"),
    *("128g", "GPTQ-4bit-128g", "GPTQ-4b-128g", "ggmlv3.q4_0", "MLX", "MLC", "Q4-K-M", "00001-of-00003"),
    *("Q4_K_M-00001-of-00002", "safetensors", "llamafile", "Q4_K_M.gguf", "APEX-I-Quality", "APEX"),
)
"""Endings of rule 2a."""
OTHER_WEIGHTS = (
    *("abliterated", "uncensored", "heretic", "SFT", "DPO", "Distill", "REAP", "LoRA", "QAT", "v9", "13B", "2411"),
    *("Instruct", "it", "Chat", "Esper3", "user"),
)
TAGS = (":Q4_K_M", "@q8_0", ":latest", ":3b", "::user#12", ":gguf")
STRANGE = (
    *("", " ", "=cmd", "<b>&amp;", "[red]", "\x1b[31m", "-", "ß", "ẞ", "İ", "ﬁ", "\u202e", "💥", "/", "a" * 300),
    "koboldcpp/",
)
STRANGE_HOSTS = ("", "  ", "http://münchen.example/f", "https://xn--mnchen-3ya.example/f")
HOSTS = (
    *STRANGE_HOSTS,
    "https://huggingface.co/a/b.safetensors",
    "https://cdn.HuggingFace.co:443/x",
    "https://user:secret@huggingface.co/x",
    "https://nothuggingface.co/x",
    "https://huggingface.co.evil.example/x",
    "https://civitai.com/api/download/1",
    "HTTPS://CIVITAI.COM/api",
    "ftp://files.example/x",
    "files/model.ckpt",
    "https:///nothing",
    "https://[broken/x",
)
THRESHOLDS = (
    Thresholds(),
    Thresholds(
        image_low_usage=Fraction(10),
        text_low_usage=Fraction(12),
        text_critical_usage=50,
        text_critical_workers=2,
        text_ignores_hosts=False,
        preferred_hosts=("civitai.com", "xn--mnchen-3ya.example"),
    ),
)


@dataclass(frozen=True)
class Case:
    """One random input, and how to get it again."""

    seed: str
    number: int
    inputs: Inputs


def make_case(seed: str, number: int) -> Case:
    """Return the case that a seed and a number tell."""
    rng = Random(f"{seed}:{number}")
    is_text = rng.random() < 0.5
    records = (_text_records if is_text else _image_records)(rng)
    names = (_text_names if is_text else _image_names)(rng, list(records))
    other = [] if is_text else _other_names(rng, list(records))
    return Case(
        seed,
        number,
        Inputs(
            is_text=is_text,
            catalogue=_catalogue(rng, records, is_text),
            status=_status(rng, names),
            stats=_stats(rng, names),
            other_status=_status(rng, other),
            aliases=_aliases(rng, list(records), names) if is_text and rng.random() < 0.3 else b"",
            thresholds=rng.choice(THRESHOLDS),
        ),
    )


def _some(rng: Random, options: Sequence[str], share: float = 0.5) -> list[str]:
    return [rng.choice(options)] if rng.random() < share else []


def _text_name(rng: Random) -> str:
    base = rng.choice(BASES)
    joint = rng.choice("-" if base[-1].isdigit() else "--_")  # GLM-4_7B could be of 4.7 billion weights
    parts = [base, *_some(rng, SIZES, 0.8), *_some(rng, VARIANTS), *_some(rng, VERSIONS, 0.3)]
    parts += _some(rng, STORED, 0.1)
    name = joint.join(parts)
    return f"{rng.choice(AUTHORS)}/{name}" if rng.random() < 0.9 else name


def _text_records(rng: Random) -> dict[str, dict[str, Any]]:
    names = [_text_name(rng) for _ in range(rng.randint(1, 5))]
    names += [_sibling(rng, name) for name in names if rng.random() < 0.5]
    return {name: _record(rng, ("", "llama-3", "qwen", None)) for name in names}


def _sibling(rng: Random, name: str) -> str:
    author, slash, last = name.rpartition("/")
    changes: list[Callable[[], str]] = [
        name.swapcase,
        lambda: f"{rng.choice(AUTHORS)}/{last}",
        lambda: f"{name}-{rng.choice(VARIANTS)}",
        lambda: f"{author}{slash}{base_name(last)}-{rng.choice(SIZES)}",
        lambda: f"{name}-hf",
    ]
    return rng.choice(changes)()


def _image_records(rng: Random) -> dict[str, dict[str, Any]]:
    names = [
        "Deliberate",
        "deliberate",
        "Strasse XL",
        "Café",
        "AlbedoBase XL (SDXL)",
        "2DN",
        "stable_diffusion",
        "🐉 <i>",
    ]
    chosen = rng.sample(names, rng.randint(1, 6))
    return {name: _record(rng, ("stable diffusion 1", "stable diffusion 2", "flux_1", "", None)) for name in chosen}


def _record(rng: Random, baselines: Sequence[str | None]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "baseline": rng.choice(baselines),
        "description": rng.choice(("A model.", "", " ", None)),
        "nsfw": rng.choice((True, False, None)),
        "style": "generalist",
    }
    if rng.random() < 0.6:
        record["size_on_disk_bytes"] = rng.choice((0, 1, 2**30, 5214865159, 161061274, rng.randrange(2**40)))
    if rng.random() < 0.8:
        record["parameters"] = rng.choice((None, 0, -1, True, "7B", 350 * 10**6, 7 * 10**9, rng.randrange(10**12)))
    record["config"] = {"download": [_download(rng) for _ in range(rng.choice((0, 1, 1, 2, 3)))]}
    return record


def _download(rng: Random) -> dict[str, Any]:
    download: dict[str, Any] = {"file_name": f"{rng.randrange(3)}.ckpt", "file_url": rng.choice(HOSTS)}
    if rng.random() < 0.5:
        download["size_bytes"] = rng.randrange(2**36)
    return download


def _text_names(rng: Random, models: Sequence[str]) -> list[str]:
    names = [_spelled(rng, rng.choice(models)) for _ in range(rng.randint(0, 10))]
    names += [rng.choice(STRANGE) for _ in range(rng.choice((0, 0, 0, 1, 2)))]
    return list(dict.fromkeys(names))


def _spelled(rng: Random, model: str) -> str:
    author, _, last = model.rpartition("/")
    forms = [model, last, last, f"Someone/{last}", f"{author}_{last}", f"TheBloke_{last}", f"LoneStriker-{last}"]
    forms += [f"DevQuasar/{author}.{last}", f"RichardErkhov/{author}_-_{last}"]
    name = rng.choice(forms)
    if rng.random() < 0.1:
        name = name.removesuffix("-hf")
    if rng.random() < 0.15:
        name += rng.choice("-_.") + rng.choice(OTHER_WEIGHTS)
    if rng.random() < 0.05:
        name = "debug-" + name
    for _ in range(rng.choice((0, 1, 1, 2))):
        name += rng.choice("-_.") + rng.choice((*ENDINGS, *QUANTISERS_ENDINGS))
    if rng.random() < 0.1:
        name += rng.choice(TAGS)
    place = rng.choice(("/models/", "hf.co/", "huggingface.co/")) if rng.random() < 0.1 else ""
    backend = rng.choice(("", "koboldcpp/", "KoboldCpp/", "aphrodite/", "tabbyAPI/", "ollama/"))
    return _written(rng, backend + place + name)


def _written(rng: Random, name: str) -> str:
    changes: list[Callable[[str], str]] = [str, str, str, str, str.lower, str.upper]
    changes += [lambda written: unicodedata.normalize("NFD", written), lambda written: f" {written} "]
    return rng.choice(changes)(name)


def _image_names(rng: Random, models: Sequence[str]) -> list[str]:
    names = [_written(rng, rng.choice(models)) for _ in range(rng.randint(0, 8))]
    names += [rng.choice(("Qwen-Image_fp8", "Deliberate 2", *STRANGE)) for _ in range(rng.choice((0, 0, 1, 2)))]
    return list(dict.fromkeys(names))


def _other_names(rng: Random, models: Sequence[str]) -> list[str]:
    return [*_some(rng, models, 0.3), "koboldcpp/anything"]


def _aliases(rng: Random, models: Sequence[str], names: Sequence[str]) -> bytes:
    """Write an alias file: names, globs and base names, now and then with a target that does not exist."""
    written = [*(name.strip() for name in names[:2]), "ollama/*", "*Harbor*", "[a-k]*-Q4_K_M"]
    targets = [*models, "no/such-model"]
    lines = [f"{_quoted(name)} = {_quoted(rng.choice(targets))}" for name in dict.fromkeys(filter(None, written))]
    rng.shuffle(lines)
    families = [f"{_quoted(base_name(model))} = {_quoted(rng.choice(BASES))}" for model in models[:1]]
    return "\n".join(["[models]", *lines, "[families]", *families]).encode()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# The catalogue's formats


def _catalogue(rng: Random, records: Mapping[str, dict[str, Any]], is_text: bool) -> bytes:
    formats: tuple[Callable[..., bytes], ...] = (_csv, _db_json, _v2) if is_text else (_legacy, _v2)
    return rng.choice(formats)(rng, records)


def _csv(rng: Random, records: Mapping[str, dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["name", "parameters_bn", "description", "baseline", "style", "tags"])
    rows = [
        [name, rng.choice((0, 0.35, 7, 70.6)), part["description"], part["baseline"], "", ""]
        for name, part in records.items()
    ]
    if rng.random() < 0.2:
        rows.append([rows[0][0], 7, "Later.", "later", "", ""])
    if rng.random() < 0.2:
        rows.insert(rng.randrange(len(rows)), ["bad/row", "many", "", "", "", ""])
    if rng.random() < 0.2:
        rows.insert(rng.randrange(len(rows)), ["bad/columns", 7])
    writer.writerows(rows)
    return rng.choice((b"", b"\xef\xbb\xbf")) + out.getvalue().encode()


def _db_json(rng: Random, records: Mapping[str, dict[str, Any]]) -> bytes:
    entries: dict[str, Any] = {}
    for name, part in records.items():
        entry = {key: part[key] for key in ("baseline", "description", "nsfw", "style")}
        last = name.rpartition("/")[2]
        for key in (name, f"aphrodite/{name}", f"koboldcpp/{last}"):
            entries[key] = entry | {"name": key, "model_name": last}
    if rng.random() < 0.2:
        entries["koboldcpp/Alone-7B"] = {"name": "koboldcpp/Alone-7B", "baseline": "alone"}
    return json.dumps(entries).encode()


def _v2(rng: Random, records: Mapping[str, dict[str, Any]]) -> bytes:
    return _with_faults(rng, records)


def _legacy(rng: Random, records: Mapping[str, dict[str, Any]]) -> bytes:
    def legacy(record: dict[str, Any]) -> dict[str, Any]:
        downloads = record["config"]["download"]
        files = [{"path": part["file_name"], "sha256sum": "00"} for part in downloads if rng.random() < 0.7]
        return record | {"type": "ckpt", "available": False, "config": {"files": files, "download": downloads}}

    return _with_faults(rng, {name: legacy(record) for name, record in records.items()})


def _with_faults(rng: Random, records: Mapping[str, dict[str, Any]]) -> bytes:
    """Write an object of records; now and then a name stands twice, or a record is none."""
    entries = [(name, {"name": name} | record) for name, record in records.items()]
    parts = [f"{json.dumps(name)}: {json.dumps(record)}" for name, record in entries]
    if rng.random() < 0.15:
        parts.append(f"{json.dumps(entries[0][0])}: {json.dumps(entries[-1][1] | {'name': entries[0][0]})}")
    if rng.random() < 0.15:
        parts.insert(0, f'"broken": {rng.choice(("null", "7", "[]"))}')
    return ("{" + ", ".join(parts) + "}").encode()


# The Horde's answers

Maps = dict[str, list[tuple[str, Any]]]
"""The entries of the three maps, in their order."""


def _stats(rng: Random, names: Sequence[str]) -> bytes:
    maps: Maps = {"day": [], "month": [], "total": []}
    for name in names:
        if rng.random() < 0.9:
            for period, figure in zip(maps, _figures(rng), strict=True):
                maps[period].append((name, figure))
    if rng.random() < 0.7:  # enough other names for a few that are missing not to matter
        for at in range(21):
            for period in maps:
                maps[period].append((f"other {at}", 3))
    for period in maps:
        rng.shuffle(maps[period])
    if rng.random() < 0.5:
        rng.choice(STATS_FAULTS)(rng, maps)
    return _written_maps(maps)


def _figures(rng: Random) -> tuple[int, int, int]:
    day = rng.choice((0, 0, 1, 9, 50, rng.randrange(1000)))
    month = day + rng.choice((0, 0, 1, 9, 10, 49, rng.randrange(10**6)))
    total = rng.choice((0, month, month + 1, month + rng.randrange(10**9)))
    return day, month, total


def _written_maps(maps: Maps) -> bytes:
    def written(entries: Sequence[tuple[str, Any]]) -> str:
        return "{" + ", ".join(f"{json.dumps(name)}: {_written_value(value)}" for name, value in entries) + "}"

    return ("{" + ", ".join(f'"{period}": {written(entries)}' for period, entries in maps.items()) + "}").encode()


def _written_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _period(rng: Random) -> str:
    return rng.choice(("day", "month", "total"))


def _drop_a_map(rng: Random, maps: Maps) -> None:
    del maps[_period(rng)]


def _empty_a_map(rng: Random, maps: Maps) -> None:
    maps[_period(rng)].clear()


def _empty_all(_: Random, maps: Maps) -> None:
    for entries in maps.values():
        entries.clear()


def _drop_entries(rng: Random, maps: Maps) -> None:
    for _ in range(rng.randint(1, 3)):
        entries = maps[_period(rng)]
        if entries:
            entries.pop()


def _repeat_a_key(rng: Random, maps: Maps) -> None:
    entries = maps[_period(rng)]
    if entries:
        entries.append((rng.choice(entries)[0], 777777))


def _nonsense(rng: Random, maps: Maps) -> None:
    entries = maps[_period(rng)]
    if entries:
        value: Any = rng.choice((-1, True, None, [], '"7"', "9" * 5000, "1e400", "-5"))
        entries[-1] = (entries[-1][0], value)


def _contradict(_: Random, maps: Maps) -> None:
    if maps["day"]:
        name, _value = maps["day"][0]
        maps["day"][0] = (name, 10**9)


STATS_FAULTS: tuple[Callable[[Random, Maps], None], ...] = (
    _drop_a_map,
    _empty_all,
    *(_empty_a_map, _drop_entries, _repeat_a_key, _nonsense, _contradict),
)


def _status(rng: Random, names: Sequence[str]) -> bytes:
    entries: list[dict[str, Any]] = [_entry(rng, name) for name in names if rng.random() < 0.6]
    entries += [_entry(rng, name) for name in _some(rng, ("served elsewhere", "served nowhere"), 0.9)]
    rng.shuffle(entries)
    if entries and rng.random() < 0.2:
        rng.choice(STATUS_FAULTS)(rng, entries)
    return json.dumps(entries).encode()


def _entry(rng: Random, name: str) -> dict[str, Any]:
    return {
        "performance": rng.choice((0.0, 12.5, 31.3, rng.random() * 100)),
        "queued": 0.0,
        "jobs": float(rng.choice((0, 0, 1, 7))),
        "eta": rng.choice((0, 10000)),
        "type": "text",
        "name": name,
        "count": rng.choice((0, 1, 1, 2, 26)),
    }


def _masked(_: Random, entries: list[dict[str, Any]]) -> None:
    entries[:] = [{"name": entry["name"], "count": entry["count"]} for entry in entries]


def _emptied(_: Random, entries: list[dict[str, Any]]) -> None:
    entries.clear()


def _bad_count(rng: Random, entries: list[dict[str, Any]]) -> None:
    entries[0]["count"] = rng.choice((-1, True, None, "3", 10**30))


def _no_name(rng: Random, entries: list[dict[str, Any]]) -> None:
    entries[0]["name"] = rng.choice((None, 7))


def _listed_twice(rng: Random, entries: list[dict[str, Any]]) -> None:
    entries.append(_entry(rng, entries[0]["name"]))


STATUS_FAULTS: tuple[Callable[[Random, list[dict[str, Any]]], None], ...] = (
    _emptied,
    *(_masked, _bad_count, _no_name, _listed_twice),
)
