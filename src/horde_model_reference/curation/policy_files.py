"""Policies as TOML files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from horde_model_reference.curation.policy import Policy, Protection, RemovalReason
from horde_model_reference.errors import PolicyError
from horde_model_reference.toml_bounds import TOML_BYTES, excess

REPLACED_KEYS = {"protect.named_by_styles": "`styles.on_removal` replaces it: protect, delete or repoint."}
"""Keys of earlier versions, each with the hint that its refusal gives."""


def read_policy(text: str, place: str) -> Policy:
    """Read a policy from TOML.

    Raises:
        PolicyError: It is no TOML, or a key is unknown or has a value without sense; the message names the key.
    """
    too_much = excess(text)
    if too_much:
        raise PolicyError(f"{place}: {too_much}.", hint="A policy needs less; `policy show` prints one.")
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{place}: {error}.", hint="A policy is a TOML file; `policy show` prints one.") from error
    except ValidationError as error:
        fault = error.errors()[0]
        key = _key(fault["loc"])
        what = "no such key" if fault["type"] == "extra_forbidden" else fault["msg"]
        hint = REPLACED_KEYS.get(key, "`policy show` prints every key.")
        raise PolicyError(f"{place}: {key}: {what}.", hint=hint) from error


def _key(location: tuple[int | str, ...]) -> str:
    """Return the key that a fault is at, as the file writes it."""
    *above, last = location
    if last == "pattern":
        last = str(location[1]).removesuffix("s")
    return ".".join(map(str, (*above, last)))


def load_policy(path: Path | None) -> Policy:
    """Read a policy file; the default policy where there is none.

    Raises:
        PolicyError: The file cannot be read, or see :func:`read_policy`.
    """
    if path is None:
        return Policy()
    try:
        with path.open("rb") as file:
            content = file.read(TOML_BYTES + 1)
        # Cut off within a character, it is too long all the same.
        errors = "strict" if len(content) <= TOML_BYTES else "replace"
        return read_policy(content.decode("utf-8-sig", errors), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise PolicyError(f"{path}: {reason}.", hint="A policy is a TOML file; `policy show` prints one.") from error


def show_policy(policy: Policy) -> str:
    """Return a policy as TOML, every key with its unit and sentence."""
    lines: list[str] = []
    for section_name, section in policy:
        lines += [f"[{section_name}]"]
        for key, field in type(section).model_fields.items():
            unit = (field.json_schema_extra or {}).get("unit", "")
            lines += [
                f"# {field.description} ({unit})",
                f"{key} = {_toml(getattr(section, key), key.removesuffix('s'))}",
            ]
        lines.append("")
    return "\n".join(lines)


def _inline_table(parts: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in parts.items() if part) + "}"


def _toml(value: object, word: str = "name") -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(entry, word) for entry in value)}]"
    if isinstance(value, Protection):
        return _inline_table({word: value.pattern, "reason": value.reason, "until": value.until})
    if isinstance(value, RemovalReason):
        return _inline_table({"name": value.name, "code": value.code, "detail": value.detail})
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
    return str(value)
