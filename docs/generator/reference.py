"""Settings, commands, names and errors, read off the classes."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from docs.generator.markup import code, table
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import horde_model_reference
from horde_model_reference import errors
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.common import SHORT_FORMS
from horde_model_reference.cli.main import COMMANDS, command_named
from horde_model_reference.settings import Settings, environment_name

UNITS: dict[str, str] = {
    "_seconds": "seconds",
    "_hours": "hours",
    "_ttl": "seconds",
    "_timeout": "seconds",
    "_percentage": "percent",
    "_bytes": "bytes",
    "_entries": "values",
    "_depth": "brackets",
    "_jitter": "share of the pause",
    "_usage_threshold": "requests in 30 days",
    "_worker_threshold": "worker threads",
    "_requests": "requests",
    "_connections": "connections",
    "_days": "days",
}
"""The unit of a number, by the end of its name."""

COMPUTED_DEFAULTS: dict[str, str] = {"data_dir": "the platform's user data folder"}
"""Defaults that depend on the machine, in words."""


def _settings_of(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Yield every setting that takes one value, groups taken apart."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _settings_of(field.annotation, (*above, name))
        else:
            yield (*above, name), field


def _environment_name(location: tuple[str, ...]) -> str:
    alias = Settings.model_fields[location[0]].validation_alias
    return environment_name(location if alias is None else (location[0].upper(),))


def _default(location: tuple[str, ...], field: FieldInfo) -> str:
    """Return a default as it would be written in the environment; empty where the machine decides."""
    if location[-1] in COMPUTED_DEFAULTS:
        return ""
    value = field.default
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool | int | float | tuple | list) else str(value)


def _unit(location: tuple[str, ...], field: FieldInfo) -> str:
    if field.annotation not in {int, float}:
        return ""
    found = [unit for end, unit in UNITS.items() if location[-1].endswith(end)]
    if not found:
        raise LookupError(f"the number {'.'.join(location)} has no unit; give it one in docs/generator/reference.py")
    return found[-1]


def _bounds(field: FieldInfo) -> str:
    signs = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    found = [
        f"{sign} {getattr(constraint, name):g}"
        for constraint in field.metadata
        for name, sign in signs.items()
        if getattr(constraint, name, None) is not None
    ]
    return ", ".join(found)


def environment_names() -> list[str]:
    """Return the variable of every setting."""
    return [_environment_name(location) for location, _ in _settings_of(Settings)]


def settings() -> str:
    """Return every setting but the sources."""
    rows = [
        (
            code(_environment_name(location)),
            COMPUTED_DEFAULTS.get(location[-1]) or code(_default(location, field)),
            ", ".join(part for part in (_unit(location, field), _bounds(field)) if part),
            field.description or "",
        )
        for location, field in _settings_of(Settings)
        if location[0] != "sources"
    ]
    return table(("variable", "default", "unit and bounds", "meaning"), rows)


def sources() -> str:
    """Return the sources."""
    rows = [
        (code(_environment_name(location)), code(_default(location, field)))
        for location, field in _settings_of(Settings)
        if location[0] == "sources"
    ]
    return table(("variable", "default"), rows)


def example_env() -> str:
    """Return an environment file with every setting at its default."""
    lines = ["# Every setting at its default; take away the # before a name to change it.", "# More: docs/settings.md"]
    for location, field in _settings_of(Settings):
        if field.description:
            lines += ["", f"# {field.description}"]
        elif f"# {Settings.model_fields[location[0]].description}" not in lines:
            lines += ["", f"# {Settings.model_fields[location[0]].description}"]
        if location[-1] in COMPUTED_DEFAULTS:
            lines.append(f"# Default: {COMPUTED_DEFAULTS[location[-1]]}.")
        default = _default(location, field)
        lines.append(f"#{_environment_name(location)}={shlex.quote(default) if default else ''}")
    return "\n".join(lines) + "\n"


def error_tree() -> str:
    """Return every class of the error tree."""

    def rows(error: type[errors.HordeModelReferenceError], depth: int) -> Iterator[tuple[object, ...]]:
        reads = "the message and its hint" if error.public_detail is None else f"“{error.public_detail}”"
        meaning = (inspect.getdoc(error) or "").partition("\n")[0]
        name = "\N{NO-BREAK SPACE}" * 4 * depth + code(error.__name__)
        yield name, error.status, code(error.code), error.exit_code, meaning, reads
        for below in error.__subclasses__():
            if below.__module__ == errors.__name__:
                yield from rows(below, depth + 1)

    heading = ("class", "status", "code", "exit", "meaning", "what an HTTP client reads")
    return table(heading, rows(errors.HordeModelReferenceError, 0))


def commands() -> str:
    """Return every command with its arguments and options."""
    return "\n\n".join(part for name in COMMANDS for part in _command(name, command_named(name)))


def _command(name: str, command: Any) -> Iterator[str]:
    """Yield the section of a command, or of each command of a group."""
    for below in getattr(command, "commands", {}):
        yield from _command(f"{name} {below}", command.commands[below])
    if hasattr(command, "commands"):
        return
    hints = get_type_hints(inspect.unwrap(command.callback))
    params = [param for param in command.params if param.name != "help"]
    arguments = [param for param in params if param.param_type_name == "argument"]
    usage = [_usage(param) for param in arguments]
    rows = (
        (
            _typed(param) if param in arguments else " / ".join(map(code, (*param.opts, *param.secondary_opts))),
            _values(hints[param.name], param),
            "" if param.required or not _plain(param.default) else code(_plain(param.default)),
            param.help,
        )
        for param in params
    )
    yield f"### {name}\n\n`horde-model-reference {' '.join([name, '[OPTIONS]', *usage])}`\n\n{command.help}"
    yield table(("option", "value", "default", "meaning"), rows)


def _usage(argument: Any) -> str:
    name = _typed(argument) + ("" if argument.nargs == 1 else "...")
    return name if argument.required else f"[{name}]"


def _typed(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def _values(hint: Any, param: Any) -> str:
    several = False
    while get_origin(hint) in {Union, UnionType, list}:
        several = several or get_origin(hint) is list
        hint = next(kind for kind in get_args(hint) if kind is not type(None))
    if param.metavar == "CATEGORY":
        return "categories" if several else "a category"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(code(choice.value) for choice in hint)
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    if low is not None:
        return f"{low} or more" if high is None else f"{low} to {high}"
    return {bool: "", str: "text", Path: "a path", int: "a number"}[hint]


def categories() -> str:
    """Return the names of all categories, and the short ones."""
    short = (f"{code(name)} for {code(category.value)}" for name, category in SHORT_FORMS.items())
    names = ", ".join(code(category.value) for category in MODEL_REFERENCE_CATEGORY)
    return f"The categories: {names}. Short forms: {', '.join(short)}."


def public_names() -> str:
    """Return what ``import horde_model_reference`` gives."""
    rows = []
    for name in sorted(horde_model_reference.__all__, key=str.lower):
        thing = getattr(horde_model_reference, name)
        rows.append((code(name), code(thing.__module__.removeprefix("horde_model_reference.")), _first_line(thing)))
    return table(("name", "module", "what it is"), rows)


def _first_line(thing: object) -> str:
    paragraph = (inspect.getdoc(thing) or "").partition("\n\n")[0]
    return re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", paragraph.replace("\n", " ").replace("``", "`"))
