"""Parameters declared once: their checks, and functions that take them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Any, get_type_hints

import pytest

from horde_model_reference.analytics.query_parameters import Declared, parameters_of, taking
from horde_model_reference.analytics.risk_query import PARAMETERS, RiskQuery
from horde_model_reference.errors import HordeModelReferenceError, UnknownPresetError, UsageError


class Colour(StrEnum):
    """Some choices."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Query:
    """A query with a parameter of each kind."""

    size: Annotated[int, Declared("The size.", least=2)] = 2
    word: Annotated[str | None, Declared("A word.", choices=("a", "b"), refusal=UnknownPresetError)] = None
    first_colour: Annotated[Colour | None, Declared("A colour.")] = None
    order: Annotated[str, Declared("The order.", choices=("up", "down"))] = "up"


SIZE, WORD, COLOUR, ORDER = parameters_of(Query)


def test_the_choices_are_those_of_the_declaration_or_the_enumeration() -> None:
    assert [found.choices for found in (SIZE, WORD, COLOUR, ORDER)] == [(), ("a", "b"), ("red", "blue"), ("up", "down")]


@pytest.mark.parametrize(
    ("found", "value"),
    [(SIZE, 2), (WORD, None), (WORD, ""), (WORD, "b"), (COLOUR, "red"), (COLOUR, Colour.BLUE), (ORDER, "down")],
)
def test_what_a_parameter_takes_passes(found: Any, value: object) -> None:
    found.check(value)


@pytest.mark.parametrize(
    ("found", "value", "error", "words"),
    [
        (SIZE, 1, UsageError, "The size is 1; it must be at least 2."),
        (WORD, "c", UnknownPresetError, "c"),
        (COLOUR, "green", UsageError, "There is no first colour 'green'; there are: red, blue."),
        (ORDER, "", UsageError, "There is no order ''"),
    ],
)
def test_anything_else_is_refused_in_its_own_words(
    found: Any, value: object, error: type[HordeModelReferenceError], words: str
) -> None:
    with pytest.raises(error) as refused:
        found.check(value)
    assert refused.value.message.startswith(words)


def test_a_function_takes_the_parameters_before_its_own_options() -> None:
    given = inspect.Parameter("given", inspect.Parameter.KEYWORD_ONLY, default=3, annotation=int)

    @taking([given])
    def function(first: str, *, last: bool = False, **asked: Any) -> dict[str, Any]:
        return {"first": first, "last": last} | asked

    assert list(inspect.signature(function).parameters) == ["first", "given", "last"]
    assert get_type_hints(function)["given"] is int
    assert function("x", given=1) == {"first": "x", "last": False, "given": 1}


def test_every_field_of_a_query_is_declared_with_its_meaning() -> None:
    assert [found.name for found in PARAMETERS] == [field.name for field in fields(RiskQuery)]
    assert all(found.declared.description.endswith(".") for found in PARAMETERS)


def test_what_is_not_asked_takes_its_default() -> None:
    nothing = dict.fromkeys((found.name for found in PARAMETERS), None)
    assert RiskQuery.of(nothing) == RiskQuery.of(dict.fromkeys(nothing, "")) == RiskQuery.of({}) == RiskQuery()
    assert RiskQuery.of({"nsfw": False, "offset": 0}).nsfw is False
