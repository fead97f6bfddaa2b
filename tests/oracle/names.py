"""Attribution of API names to catalogue models: rules 2, 2a and 2b."""

from __future__ import annotations

import fnmatch
import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

BACKENDS = ("koboldcpp", "aphrodite")
CANONICAL = "canonical"

PLACES = ("/models/", "hf.co/", "huggingface.co/")
"""Prefixes that say where a file lies."""

QUANTISERS = (
    "TheBloke",
    "LoneStriker",
    "turboderp",
    "bartowski",
    "mradermacher",
    "unsloth",
    "MaziyarPanahi",
    "QuantFactory",
    "RichardErkhov",
    "intervitens",
)
"""People and groups whose name before a model's says that they quantised it."""

_QUANT = r"(?:i?q\d+(?:[_-][0-9]+)*(?:[_-]k(?:ss|s|t)?)?(?:[_-](?:xxs|xs|s|m|l|xl|nl))?(?:[_-]r[48])?|iq\d_k(?:ss|s|t))"
ENDINGS = (
    rf"{_QUANT}",
    r"tq\d+(?:_\d+)?",
    r"(?:mx|nv)fp\d+",
    r"i1",
    r"ud",
    r"imat|imatrix|iq[-_]imatrix",
    r"gguf|ggml(?:v\d)?|gptq|awq|exl2|exl3|hqq|aqlm|autoround|mlx|mlc",
    r"int4|int8|fp8|fp16|fp32|bf16|f16|f32|4bit|8bit|nf4",
    r"fp8[-_](?:dynamic|block|kv)|fp4|fp16mix",
    r"(?:unsloth[-_])?bnb[-_][48]bit",
    r"(?:\d+[._](?:\d\d+|[019])|\d+)-?bpw(?:_l)?|(?<=[-_:@])(?:\d\.\d-?(?:bpw(?:_l)?|bit)|\d_\d-bpw)",
    r"rpcal|quip|main|mtp|ggjtv\d",
    r"w\d-g\d+|q\df\d+_\d|\dk",
    r"h\d",
    r"w\d+a\d+",
    r"quantized(?:\.w\d+a\d+)?",
    r"safetensors|llamafile|bin",
    r"\d{5}-of-\d{5}",
)
"""Endings that say how the weights are stored, never which weights they are."""

GROUP_SIZE = r"\d+g"
BEFORE_GROUP_SIZE = "4b"
APEX = r"apex(?:[-_](?:mtp|tq))*(?:[-_]i)?(?:[-_](?:quality|balanced|compact))?"
TAG_ONLY = r"latest"
INSTRUCTED = ("-it", "-instruct")


def composed(text: str) -> str:
    """Return a name as it is compared in exact case."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Return a name as it is compared when case is ignored."""
    return composed(text).casefold()


def short(name: str) -> str:
    """Return a name without its author."""
    return name.rsplit("/", maxsplit=1)[-1]


def author(name: str) -> str:
    """Return the author of a name, or nothing."""
    parts = name.split("/")
    return parts[-2] if len(parts) > 1 else ""


@dataclass(frozen=True)
class Place:
    """Where an API name went."""

    models: tuple[str, ...] = ()
    backend: str = CANONICAL
    by_alias: bool = False

    @property
    def model(self) -> str | None:
        """The model it is attributed to."""
        return self.models[0] if len(self.models) == 1 else None

    @property
    def state(self) -> str:
        """One of attributed, ambiguous, unattributed."""
        return ("unattributed", "attributed", "ambiguous")[min(len(self.models), 2)]


@dataclass(frozen=True)
class Aliases:
    """What curators say of names: API names or globs to models, base names to families."""

    models: Mapping[str, str] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)


def read_aliases(content: bytes) -> Aliases:
    """Read an alias file."""
    tables = tomllib.loads(content.decode())
    return Aliases(tables.get("models", {}), tables.get("families", {}))


def without_backend(name: str) -> tuple[str, str]:
    """Return the backend that a name begins with and the rest."""
    for backend in BACKENDS:
        if name[: len(backend) + 1].lower() == backend + "/":
            return backend, name[len(backend) + 1 :]
    return CANONICAL, name


def without_place(name: str) -> str:
    """Return a name without the prefixes that say where its file lies."""
    for place in PLACES:
        if name.lower().startswith(place):
            return without_place(name[len(place) :])
    return name


def forms(name: str) -> Iterator[tuple[str, str]]:
    """Yield a name with the ending that came off last: as it is, then with one ending after another taken off."""
    rest, ending = name, ""
    while rest:
        yield rest, ending
        after_group_size = re.fullmatch(GROUP_SIZE, ending, re.IGNORECASE) is not None
        rest, ending = without_ending(rest, after_group_size) or ("", "")


def without_ending(name: str, after_group_size: bool) -> tuple[str, str] | None:
    """Take one ending off at the right; return the rest and the ending."""
    patterns = [*ENDINGS, APEX, GROUP_SIZE, *([BEFORE_GROUP_SIZE] if after_group_size else [])]
    found = [(match.start(), match) for match in _endings(name, patterns)]
    if not found:
        return None
    start, match = min(found, key=lambda pair: pair[0])
    return name[:start], match.group(1)


def _endings(name: str, patterns: Iterable[str]) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        match = re.search(rf"[-_.:@]({pattern})\Z", name, re.IGNORECASE)
        if match is not None:
            yield match
    tag = re.search(rf"[:@]({TAG_ONLY})\Z", name, re.IGNORECASE)
    if tag is not None:
        yield tag


class Directory:
    """The models of a catalogue by the ways in which their names are written."""

    def __init__(self, models: Collection[str]) -> None:
        self.models = sorted(models)
        self.levels = [(_index(self.models, spellings), form) for spellings, form in LEVELS]

    def image(self, api_name: str) -> tuple[str, ...]:
        """Return the image models that a name may mean."""
        return _either_case(self.levels[0][0], api_name.strip())

    def look_up(self, name: str) -> tuple[str, ...]:
        """Return the text models that a name may mean, with no ending taken off."""
        found = (_either_case(index, form(name)) for index, form in self.levels)
        return next(filter(None, found), ()) or self._quantised(short(name))

    def _quantised(self, last: str) -> tuple[str, ...]:
        for quantiser in QUANTISERS:
            begin, rest = last[: len(quantiser)], last[len(quantiser) :]
            if folded(begin) == folded(quantiser) and rest[:1] in ("_", "-") and rest[1:]:
                return self.look_up(rest[1:])
        return ()

    def text(self, name: str) -> tuple[str, ...]:
        """Return the text models that a name may mean."""
        apex = False
        for form, ending in forms(without_place(name)):
            apex = apex or ending.lower().startswith("apex")
            if found := self.look_up(form):
                return self._with_instructed(found) if apex else found
        return ()

    def _with_instructed(self, found: tuple[str, ...]) -> tuple[str, ...]:
        siblings = [
            name
            for model in found
            for name in self.models
            if folded(short(name)) in {folded(short(model) + ending) for ending in INSTRUCTED}
        ]
        return tuple(sorted({*found, *siblings}))


Index = tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]
"""Models by a spelling of their names: exact case, and folded."""


Spellings = Callable[[str], list[str]]
"""The ways in which a record's name is written."""


def _index(models: Iterable[str], spellings: Spellings) -> Index:
    exact: dict[str, list[str]] = {}
    loose: dict[str, list[str]] = {}
    for model in models:
        for spelling in spellings(model):
            exact.setdefault(composed(spelling), []).append(model)
            loose.setdefault(folded(spelling), []).append(model)
    return _frozen(exact), _frozen(loose)


def _frozen(index: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(names) for key, names in index.items()}


def _either_case(index: Index, name: str) -> tuple[str, ...]:
    exact, loose = index
    return exact.get(composed(name)) or loose.get(folded(name)) or ()


def _joined(name: str) -> list[str]:
    return [author(name) + joint + short(name) for joint in ("_", "-", ".", "--", "_-_")] if author(name) else []


def _whole(name: str) -> list[str]:
    return [name]


def _short(name: str) -> list[str]:
    return [short(name)]


def _pointed(name: str) -> str:
    return re.sub(r"(?<=\d)_(?=\d)", ".", name)


def _with_points(spellings: Spellings, form: Callable[[str], str]) -> tuple[Spellings, Callable[[str], str]]:
    """Compare the same texts with points for underscores between digits."""
    return (lambda name: [_pointed(text) for text in spellings(name)], lambda name: _pointed(form(name)))


def _without_hf(spellings: Spellings) -> Spellings:
    def shortened(name: str) -> list[str]:
        plain = re.sub("-hf$", "", name, flags=re.IGNORECASE)
        return spellings(plain) if plain != name else []

    return shortened


def _with_author(name: str) -> str:
    return "/".join(name.split("/")[-2:])


REWRITTEN: tuple[tuple[Spellings, Callable[[str], str]], ...] = (
    (_joined, short),
    (_without_hf(_whole), _with_author),
    (_without_hf(_short), short),
    (_without_hf(_joined), short),
)
LEVELS: tuple[tuple[Spellings, Callable[[str], str]], ...] = (
    (_whole, str),
    (_whole, _with_author),
    (_short, short),
    *REWRITTEN,
    *(_with_points(*level) for level in ((_short, short), *REWRITTEN)),
)
"""How a record's name is written, beside the part of an API name that is compared with it; the strongest first."""


def attribute(api_name: str, directory: Directory, is_text: bool, aliases: Aliases) -> Place:
    """Decide which model of a catalogue an API name means."""
    backend, rest = without_backend(api_name.strip()) if is_text else (CANONICAL, api_name)
    target = _alias(api_name, aliases)
    if target in directory.models:
        return Place((str(target),), backend, by_alias=True)
    return Place(directory.text(rest) if is_text else directory.image(rest), backend)


def _alias(api_name: str, aliases: Aliases) -> str | None:
    """Return the target of an alias: an exact name decides before globs, those in their order."""
    name = composed(api_name.strip())
    models = {composed(written): target for written, target in aliases.models.items()}
    if name in models:
        return models[name]
    return next((target for glob, target in models.items() if fnmatch.fnmatchcase(name, glob)), None)
