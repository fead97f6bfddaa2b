"""The changed files of the styles repository: whole styles, models' names and references, every other byte kept."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from horde_model_reference.catalogue.json_members import json_members
from horde_model_reference.catalogue.raw_catalogue import RawCatalogue, RawRecord
from horde_model_reference.curation.catalogue_files import Pieces, member_pieces
from horde_model_reference.curation.plan import StyleChange
from horde_model_reference.curation.styles import styles_in
from horde_model_reference.json_text import decode_string, decode_value, skip_space


@dataclass(frozen=True, slots=True)
class ChangedStyleFiles:
    """The files of the styles repository after a change.

    Attributes:
        styles: The bytes of ``styles.json``.
        categories: The bytes of ``categories.json``.
        deleted_categories: The categories that were deleted, since nothing is left in them; sorted.
        dropped: The entries taken out of categories that stay, by category.
    """

    styles: bytes
    categories: bytes
    deleted_categories: tuple[str, ...]
    dropped: Mapping[str, tuple[str, ...]]


def changed_style_files(styles: bytes, categories: bytes, changes: Sequence[StyleChange]) -> ChangedStyleFiles:
    """Return the files after these changes: each entry of a category names a style or a category afterwards.

    Args:
        styles: The bytes of ``styles.json``, a JSON object.
        categories: The bytes of ``categories.json``, a JSON object.
        changes: The changes of styles.
    """
    named = _object_pieces(styles)
    deleted = {change.style for change in changes if change.to is None}
    models = {change.style: change.to for change in changes if change.to is not None}
    repointed = replace(named, records=tuple(_repointed(named, models)))
    listed = _object_pieces(categories)
    entries = {name: _list_pieces(text).order() for name, text in listed.records if _is_list(text)}
    left = set(named.order()) - deleted
    gone = _categories_gone(listed.order(), entries, set(named.order()), left)
    known = left | set(listed.order()) - gone
    lost = {name: tuple(entry for entry in found if entry not in known) for name, found in entries.items()}
    dropped = {name: found for name, found in lost.items() if found and name not in gone}
    shortened = replace(
        listed, records=tuple((name, _without(text, dropped.get(name, ()))) for name, text in listed.records)
    )
    return ChangedStyleFiles(
        styles=repointed.without(deleted).encode(),
        categories=shortened.without(gone).encode(),
        deleted_categories=tuple(sorted(gone)),
        dropped=dropped,
    )


def _repointed(pieces: Pieces, models: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the styles with other models; of a repeated style, the last one holds."""
    last = {name: at for at, name in enumerate(pieces.order())}
    ascii_only = pieces.text().isascii()
    return [
        (name, _with_model(text, json.dumps(models[name], ensure_ascii=ascii_only)))
        if name in models and last[name] == at
        else (name, text)
        for at, (name, text) in enumerate(pieces.records)
    ]


def _categories_gone(
    order: Collection[str], entries: Mapping[str, Sequence[str]], before: Collection[str], left: Collection[str]
) -> set[str]:
    """Return the categories that lose their last style, and those that lose their last entry."""
    gone = {name for name in entries if styles_in(name, before, entries) and not styles_in(name, left, entries)}
    while emptied := _emptied(entries.keys() - gone, entries, {*left, *set(order) - gone}):
        gone |= emptied
    return gone


def _emptied(names: Iterable[str], entries: Mapping[str, Sequence[str]], known: Collection[str]) -> set[str]:
    """Return the categories that list something, and nothing that is known."""
    return {name for name in names if entries[name] and not any(entry in known for entry in entries[name])}


def _object_pieces(content: bytes) -> Pieces:
    return member_pieces(json_members(content.decode(), ""))


def _list_pieces(member: str) -> Pieces:
    """Return the pieces of the list that a member has as its value; an entry is named by its string, or by its JSON."""
    text = member[_value_start(member) :]
    body = at = skip_space(text, 1)
    found = []
    while text[at] != "]":
        value, end = decode_value(text, at)
        found.append(RawRecord(value if isinstance(value, str) else text[at:end], at, end, (1, 1), None))
        at = skip_space(text, end)
        at = skip_space(text, at + 1) if text[at] == "," else at
    return member_pieces(RawCatalogue(text, tuple(found), body, rows=False))


def _without(member: str, names: Collection[str]) -> str:
    """Return a member without these entries of the list that is its value."""
    return member[: _value_start(member)] + _list_pieces(member).without(names) if names else member


def _with_model(member: str, model: str) -> str:
    """Return a style with another model, given as JSON; of a repeated key, the last one holds."""
    start = _value_start(member)
    style = json_members(member[start:], "")
    key = next(found for found in reversed(style.records) if found.name == "model")
    value = start + key.start + _value_start(style.text[key.start : key.end])
    return member[:value] + model + member[start + key.end :]


def _is_list(member: str) -> bool:
    return member[_value_start(member)] == "["


def _value_start(member: str) -> int:
    """Return the position of a member's value, after its name and the colon."""
    _, end = decode_string(member, 0)
    return skip_space(member, skip_space(member, end) + 1)
