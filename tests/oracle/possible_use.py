"""Names that are attributed to no model, and the models that they could well mean: rule 2c."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tests.oracle.families import DATES, SIZES, base_name
from tests.oracle.names import Place, folded, forms, short, without_backend, without_place

OTHER_WEIGHTS = frozenset(
    "abliterated uncensored heretic sft dpo distill reap lora qat instruct it chat".split()  # noqa: SIM905
)
"""Words that name other weights than those of the model before them."""
VERSION = r"v\d+(?:\.\d+)*|\d+(?:\.\d+)+"


@cache
def words(name: str) -> list[str]:
    """Split a name into words; a point between digits belongs to a version."""
    return [word for word in re.split(r"(?:(?<!\d)\.|\.(?!\d)|[-_/:\s])+", folded(name)) if word]


def bare(api_name: str) -> str:
    """Return an API name without backend, place, author and endings."""
    name = short(without_place(without_backend(api_name.strip())[1]))
    return [name, *(form for form, _ in forms(name))][-1]


@cache
def sizes(name: str) -> list[str]:
    """Return the words of a name that tell its size."""
    return [word for word in words(name) if re.fullmatch("|".join(SIZES), word)]


@cache
def _family(name: str) -> str:
    return re.sub(r"[-_. ]", "", folded(base_name(re.sub("[:@]", "-", name))))


def _length(found: Iterable[str]) -> int:
    return sum(map(len, found))


def _match(name: str, model: str) -> int:
    """Return how many letters of a model's name are found in a bare API name; 0 where it is another model."""
    of_name, of_model = words(name), words(short(model))
    rest = iter(of_name)
    lengths = [0]
    if all(word in rest for word in of_model):
        lengths.append(_length(of_model))
    if of_name and all(word in of_model for word in of_name):
        lengths.append(_length(of_name))
    if sizes(name) and set(sizes(name)) == set(sizes(short(model))) and _family(name) == _family(model):
        lengths.append(len(_family(name)) + _length(sizes(name)))
    return max(lengths)


def _tells_apart(word: str) -> bool:
    return word in OTHER_WEIGHTS or bool(re.fullmatch("|".join((VERSION, *SIZES, *DATES)), word))


def possible_models(api_name: str, place: Place, models: Iterable[str]) -> list[str]:
    """Return the models whose use an API name may report, though it is attributed to none."""
    if len(place.models) != 0:
        return sorted(place.models) if len(place.models) > 1 else []
    name = bare(api_name)
    found = {model: _match(name, model) for model in models}
    longest = max(found.values(), default=0)
    best = [model for model, length in found.items() if length == longest > 0]
    return sorted(model for model in best if not _other_weights(name, model))


def _other_weights(name: str, model: str) -> bool:
    known = "".join(words(short(model)))
    return any(_tells_apart(word) and word not in known for word in words(name))
