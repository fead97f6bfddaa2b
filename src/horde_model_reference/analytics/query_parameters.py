"""Parameters of queries, each declared once: API, web page and command line take theirs from the declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, TypeVar, get_args, get_type_hints

from horde_model_reference.errors import HordeModelReferenceError, UsageError
from horde_model_reference.escaping import quoted

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Declared:
    """The declaration of a parameter, beside its type and default.

    Attributes:
        description: Its meaning, in Markdown.
        choices: The texts that it takes; those of an enumeration need not be given, and without any it takes all.
        least: The least number.
        example: One value.
        option: The forms of its option, where they do not follow from its name and type.
        refusal: Returns the error for a text that is none of the choices.
    """

    description: str
    choices: tuple[str, ...] = ()
    least: int | None = None
    example: str | int | None = None
    option: str = ""
    refusal: Callable[[str], HordeModelReferenceError] | None = None


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """One parameter of queries: a field of a query's class.

    Attributes:
        name: Its name in the API; an option has dashes instead of underscores.
        kind: Its type, without its declaration.
        default: Its default.
        declared: The rest.
    """

    name: str
    kind: Any
    default: Any
    declared: Declared

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that it takes; empty where it takes any."""
        enumerations = [kind for kind in (self.kind, *get_args(self.kind)) if _is_enumeration(kind)]
        return self.declared.choices or tuple(member.value for kind in enumerations for member in kind)

    def check(self, value: Any) -> None:
        """Refuse a value that it does not take; without a default it may be None or empty.

        Raises:
            HordeModelReferenceError: The message lists the choices, or says which number is the least.
        """
        if value in {None, ""} and self.default is None:
            return
        if self.choices and value not in self.choices:
            raise (self.declared.refusal or self._refusal)(value)
        if self.declared.least is not None and value < self.declared.least:
            raise UsageError(f"The {self.name} is {value}; it must be at least {self.declared.least}.")

    def _refusal(self, value: str) -> UsageError:
        word = self.name.replace("_", " ")
        return UsageError(f"There is no {word} {quoted(value)}; there are: {', '.join(self.choices)}.")


def _is_enumeration(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def parameters_of(query: type) -> tuple[QueryParameter, ...]:
    """Return the parameters that a dataclass declares with ``Annotated[type, Declared(...)]``, in order."""
    hints = get_type_hints(query, include_extras=True)
    return tuple(QueryParameter(field.name, *_parts(hints[field.name], field.default)) for field in fields(query))


def _parts(hint: Any, default: Any) -> tuple[Any, Any, Declared]:
    kind, declared = get_args(hint)
    return kind, default, declared


def taking(parameters: Iterable[inspect.Parameter]) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Give a function further parameters instead of its ``**`` one, for frameworks that read signatures.

    Args:
        parameters: The parameters, with keyword-only kind, and with annotations that are no texts.
    """
    declared = tuple(parameters)

    def give(function: Callable[..., Result]) -> Callable[..., Result]:
        own = inspect.signature(function, eval_str=True)
        plain = [found for found in own.parameters.values() if found.kind is not found.VAR_KEYWORD]
        first = [found for found in plain if found.kind is not found.KEYWORD_ONLY]
        signature = own.replace(parameters=[*first, *declared, *(found for found in plain if found not in first)])
        function.__signature__ = signature  # type: ignore[attr-defined]
        function.__annotations__ = {found.name: found.annotation for found in signature.parameters.values()}
        return function

    return give
