"""The records of a catalogue in JSON: the members of its outermost object, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from horde_model_reference.catalogue.legacy import json_entry_to_v2
from horde_model_reference.catalogue.raw_catalogue import CUT_SHORT, EXPECTED, LineCounter, RawCatalogue, RawRecord
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.escaping import quoted
from horde_model_reference.json_text import JsonError, decode_string, decode_value, fault_at, skip_space


def json_members(text: str, place: str) -> RawCatalogue:
    """Find the records of a catalogue that begins as JSON; an empty list is a catalogue without any.

    Raises:
        CatalogueFormatError: It is neither a JSON object nor an empty list; the message names line, column and record.
    """
    start = skip_space(text, 1 if text.startswith("\ufeff") else 0)
    body = skip_space(text, start + 1)
    if text[start] == "[":
        if text[body:].rstrip() != "]":
            raise CatalogueFormatError(f"{place}, line 1: a JSON list; expected {EXPECTED}.")
        return RawCatalogue(text, (), start + 1, rows=False)
    return RawCatalogue(text, tuple(_members(text, body, place)), body, rows=False)


def _members(text: str, at: int, place: str) -> Iterator[RawRecord]:
    lines = LineCounter(text)
    after = ""
    try:
        more = text[at : at + 1] != "}"
        while more:
            record = _member(text, at, lines, place)
            yield record
            after = f" after record {quoted(record.name)}"
            at = skip_space(text, record.end)
            more = text[at : at + 1] == ","
            at = skip_space(text, at + 1) if more else at
        if text[at : at + 1] != "}":
            raise fault_at(text, at)
        rest = skip_space(text, at + 1)
        if rest < len(text):
            raise fault_at(text, rest, "text after the end")
    except JsonError as fault:
        raise _no_catalogue(place, fault, after) from fault


def _member(text: str, at: int, lines: LineCounter, place: str) -> RawRecord:
    name, end = decode_string(text, at)
    try:
        colon = skip_space(text, end)
        if text[colon : colon + 1] != ":":
            raise fault_at(text, colon)
        value, end = decode_value(text, skip_space(text, colon + 1))
    except JsonError as fault:
        raise _no_catalogue(place, fault, f" in record {quoted(name)}") from fault
    except RecursionError as error:
        where = f"{place}, line {lines.line_of(at)}"
        raise CatalogueFormatError(
            f"{where}: brackets nested too deeply in record {quoted(name)}; expected {EXPECTED}."
        ) from error
    return RawRecord(name, at, end, (lines.line_of(at), lines.line_of(end)), partial(_entry, name, value))


def _no_catalogue(place: str, fault: JsonError, where: str) -> CatalogueFormatError:
    return CatalogueFormatError(
        f"{place}, line {fault.line}, column {fault.column}: {fault.reason}{where}; expected {EXPECTED}.",
        hint=CUT_SHORT if fault.at_end else "",
    )


def _entry(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"a {_JSON_NAMES.get(type(value), 'number')}, expected an object")
    return json_entry_to_v2(value)


_JSON_NAMES: dict[type, str] = {type(None): "null", bool: "boolean", str: "string", list: "list"}
