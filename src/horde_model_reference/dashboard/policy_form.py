"""The policy as a form: every key is a field, and only changed keys stand in an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.curation.policy import Policy, Protection, RemovalReason
from horde_model_reference.errors import PolicyError, UsageError
from horde_model_reference.escaping import quoted
from horde_model_reference.marks.because import RemovalCode, removals_of

MARKER = "policy"
"""The field that a form sends when it shows the policy, since unticked boxes send nothing."""

SECTIONS: Mapping[str, str] = {
    "candidates": "Candidates",
    "protect": "Never remove",
    "limits": "Limits",
    "styles": "Styles",
    "notice": "Notice of marks",
    "removal": "Reasons of curators",
}
"""The sections of the form, with their headings."""


@dataclass(frozen=True, slots=True)
class PolicyField:
    """One key of the policy in the form.

    Attributes:
        key: Its key.
        word: Its words.
        kind: The name of its kind, see ``KINDS``.
        value: Its value as a form sends it.
        choices: The values of a choice, or of a list of choices.
        changed: It differs from the service's policy.
        help: Its sentence.
    """

    key: str
    word: str
    kind: str
    value: str
    choices: tuple[str, ...]
    changed: bool
    help: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of keys, as a form shows and sends them.

    Attributes:
        written: Returns a value as a form sends it.
        parsed: Returns the value of a text that was sent, beside the value that it changes; raises ``ValueError`` or
            ``KeyError`` where it has no sense.
        empty: The text that a form means by sending none; None where an empty text changes nothing.
        joined: Joins the texts of a field that is sent several times.
    """

    written: Callable[[Any], str]
    parsed: Callable[[str, Any], object]
    empty: str | None = None
    joined: Callable[[Sequence[str]], str] = lambda texts: texts[-1]


_TICKS: Mapping[str, bool] = {"true": True, "on": True, "false": False}


def _protections(text: str, own: Sequence[Protection]) -> list[Protection]:
    """Return the protections of some lines; one of the service's policy keeps its reason and last day."""
    known = {entry.pattern: entry for entry in own}
    return [known.get(line) or Protection(pattern=line) for line in _lines(text)]


def _reasons(text: str, _: object) -> list[RemovalReason]:
    found = removals_of(_lines(text))
    return [RemovalReason(name=name, code=because.code, detail=because.detail) for name, because in found.items()]


def _number(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _chosen(choices: Iterable[str]) -> str:
    """Return choices in one text, in an order of their own: that in which they were made tells nothing."""
    return ",".join(sorted(filter(None, ",".join(choices).split(","))))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


KINDS: Mapping[str, Kind] = {
    "tick": Kind(lambda value: str(value).lower(), lambda text, _: _TICKS[text], empty="false"),
    "number": Kind(_number, lambda text, own: type(own)(text)),
    "choice": Kind(lambda value: value.value, lambda text, own: type(own)(text)),
    "choices": Kind(_chosen, lambda text, _: text.split(",") if text else [], empty="", joined=_chosen),
    "lines": Kind(lambda value: "\n".join(entry.pattern for entry in value), _protections, empty=""),
    "reasons": Kind(lambda value: "\n".join(f"{entry.name}={entry.text()}" for entry in value), _reasons, empty=""),
}
"""The kinds of keys by their name."""
_LISTS: Mapping[str, str] = {
    "candidates.risk_levels": "choices",
    "notice.none_for": "choices",
    "protect.names": "lines",
    "protect.globs": "lines",
    "removal.reasons": "reasons",
}
"""The kinds of the keys that have lists."""
_CHOICES: Mapping[str, type[StrEnum]] = {"candidates.risk_levels": RiskLevel, "notice.none_for": RemovalCode}


def kind_of(key: str, value: object) -> str:
    """Return the name of the kind of a key with a value."""
    if key in _LISTS:
        return _LISTS[key]
    return "tick" if isinstance(value, bool) else "choice" if isinstance(value, StrEnum) else "number"


def policy_keys(policy: Policy) -> Iterator[tuple[str, Any]]:
    """Return the keys of a policy with their values."""
    for section_name, section in policy:
        for key in type(section).model_fields:
            yield f"{section_name}.{key}", getattr(section, key)


def written(key: str, value: object) -> str:
    """Return the value of a key as a form sends it."""
    return KINDS[kind_of(key, value)].written(value)


def changes_in(fields: Iterable[tuple[str, str]], own: Policy) -> dict[str, str]:
    """Return the keys that a form or an address changes, with their values as they were sent.

    Args:
        fields: The fields that were sent; of a field that was sent twice, the last counts, but for lists of choices.
        own: The policy that they change.
    """
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    changes = {}
    for key, value in policy_keys(own):
        kind = KINDS[kind_of(key, value)]
        given = _given(kind, sent.get(key), shown=MARKER in sent)
        if given is not None and given != kind.written(value):
            changes[key] = given
    return changes


def _given(kind: Kind, texts: list[str] | None, *, shown: bool) -> str | None:
    """Return the text that was sent for a key; None where the key is left as it is.

    Args:
        kind: The kind of the key.
        texts: The texts of its field; None without such a field.
        shown: The form that was sent shows the policy.
    """
    if texts is None:
        return kind.empty if shown else None
    return kind.joined(texts).replace("\r\n", "\n").strip() or kind.empty


def changed_policy(own: Policy, changes: Mapping[str, str]) -> Policy:
    """Return a policy with changed keys.

    Raises:
        PolicyError: A value has no sense; the message names the key.
    """
    known, sections = dict(policy_keys(own)), dict(own)
    for key, value in changes.items():
        section, _, name = key.partition(".")
        sections[section] = dict(sections[section]) | {name: _parsed(key, value, known[key])}
    try:
        return Policy.model_validate(sections)
    except ValidationError as error:
        fault = error.errors()[0]
        raise PolicyError(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}.", hint="Change the policy.") from error


def _parsed(key: str, value: str, own: object) -> object:
    """Return the value of a key that a text gives.

    Raises:
        PolicyError: The text is no such value.
    """
    try:
        return KINDS[kind_of(key, own)].parsed(value, own)
    except UsageError as error:
        raise PolicyError(f"{key}: {error.message.removeprefix('--remove ')}", hint="Change the policy.") from error
    except (ValueError, KeyError):
        raise PolicyError(f"{key}: {quoted(value)} is no value of it.", hint="Change the policy.") from None


def policy_fields(own: Policy, changes: Mapping[str, str]) -> dict[str, list[PolicyField]]:
    """Return the fields of the form by the heading of their section; changed keys with the values that were sent."""
    found: dict[str, list[PolicyField]] = {heading: [] for heading in SECTIONS.values()}
    for key, value in policy_keys(own):
        section, _, name = key.partition(".")
        described = type(getattr(own, section)).model_fields[name]
        extra = described.json_schema_extra
        choices = _CHOICES.get(key, type(value) if isinstance(value, StrEnum) else ())
        field = PolicyField(
            key=key,
            word=str(extra["words"]) if isinstance(extra, dict) else key,
            kind=kind_of(key, value),
            value=changes.get(key, written(key, value)),
            choices=tuple(choice.value for choice in choices),
            changed=key in changes,
            help=described.description or "",
        )
        found[SECTIONS[section]].append(field)
    order = list(KINDS)
    return {heading: sorted(fields, key=lambda field: order.index(field.kind)) for heading, fields in found.items()}


def in_words(policy: Policy) -> str:
    """Return the heart of a policy in one line."""
    candidates = policy.candidates
    ordered = [level for level in RiskLevel if level in candidates.risk_levels]
    worst = list(RiskLevel)[len(RiskLevel) - len(ordered) :]
    levels = f"{ordered[0].value} or worse" if ordered and ordered == worst else ", ".join(ordered) or "none"
    return (
        f"fewer than {candidates.month_usage_below:,} requests a month, "
        f"listed for {candidates.min_age_days:,} days, level {levels}"
    )
