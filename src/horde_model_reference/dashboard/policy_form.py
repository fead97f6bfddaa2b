"""The policy as a form: every key with one value is a field, and only changed keys stand in an address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from horde_model_reference.curation.policy import Policy
from horde_model_reference.errors import PolicyError
from horde_model_reference.escaping import quoted

MARKER = "policy"
"""The field that a form sends when it shows the policy, since unticked boxes send nothing."""

SECTIONS: Mapping[str, str] = {
    "candidates": "Candidates",
    "protect": "Never remove",
    "styles": "Styles",
    "limits": "Limits",
    "notice": "Notice of marks",
}
"""The sections of the form, with their headings."""

WORDS: Mapping[str, str] = {
    "candidates.month_usage_below": "Month use below",
    "candidates.min_age_days": "Listed at least, days",
    "candidates.unused_for_days": "Unused for, days",
    "candidates.falling_for_days": "Falling for, days",
    "candidates.min_history_days": "History at least, days",
    "candidates.suspicious_worker_threads": "Suspicious from threads",
    "protect.top_by_month_usage": "Most used",
    "protect.last_of_its_kind": "last of its kind",
    "protect.with_queued_jobs": "jobs waiting",
    "protect.rising": "surely rising",
    "protect.seasonal": "seasonal",
    "protect.min_worker_threads": "Worker threads at least",
    "styles.on_removal": "Models that styles name",
    "notice.days": "Days",
    "notice.days_if_relied_on": "Days, if relied on",
    "notice.most_used_share": "Most used, %",
    "limits.max_models": "Models",
    "limits.max_share_of_models": "Share of models, %",
    "limits.max_share_of_month_usage": "Share of month use, %",
    "limits.shrunk_catalogue": "plan on a shrunk catalogue",
}
"""The words of the keys; other keys are shown as they are."""


@dataclass(frozen=True, slots=True)
class PolicyField:
    """One key of the policy in the form.

    Attributes:
        key: Its key.
        word: Its words.
        kind: ``tick``, ``number`` or ``choice``.
        value: Its value as a form sends it.
        choices: The values of a choice.
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


def scalar_keys(policy: Policy) -> Iterator[tuple[str, Any]]:
    """Return the keys that have one value, with it."""
    for section_name, section in policy:
        for key in type(section).model_fields:
            value = getattr(section, key)
            if isinstance(value, bool | int | float | StrEnum):
                yield f"{section_name}.{key}", value


def written(value: object) -> str:
    """Return a value as a form sends it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def changes_in(fields: Iterable[tuple[str, str]], own: Policy) -> dict[str, str]:
    """Return the keys that a form or an address changes, with their values as they were sent.

    Args:
        fields: The fields that were sent; of a field that was sent twice, the last counts.
        own: The policy that they change.
    """
    sent = dict(fields)
    known = dict(scalar_keys(own))
    absent = {key: "false" for key, value in known.items() if isinstance(value, bool)} if MARKER in sent else {}
    given = absent | {key: value.strip() for key, value in sent.items() if key in known and value.strip()}
    return {key: value for key, value in given.items() if value != written(known[key])}


def changed_policy(own: Policy, changes: Mapping[str, str]) -> Policy:
    """Return a policy with changed keys.

    Raises:
        PolicyError: A value has no sense; the message names the key.
    """
    known, sections = dict(scalar_keys(own)), own.model_dump()
    for key, value in changes.items():
        section, _, name = key.partition(".")
        sections[section][name] = _parsed(key, value, known[key])
    try:
        return Policy.model_validate(sections)
    except ValidationError as error:
        fault = error.errors()[0]
        raise PolicyError(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}.", hint="Change the policy.") from error


def _parsed(key: str, value: str, like: object) -> object:
    """Return a value of the type that a key has.

    Raises:
        PolicyError: The text is no such value.
    """
    try:
        if isinstance(like, bool):
            return {"true": True, "on": True, "false": False}[value]
        return type(like)(value)  # type: ignore[call-arg]
    except (ValueError, KeyError):
        raise PolicyError(f"{key}: {quoted(value)} is no value of it.", hint="Change the policy.") from None


def policy_fields(own: Policy, changes: Mapping[str, str]) -> dict[str, list[PolicyField]]:
    """Return the fields of the form by the heading of their section; changed keys with the values that were sent."""
    found: dict[str, list[PolicyField]] = {heading: [] for heading in SECTIONS.values()}
    for key, value in scalar_keys(own):
        section, _, name = key.partition(".")
        described = type(getattr(own, section)).model_fields[name]
        field = PolicyField(
            key=key,
            word=WORDS.get(key, key),
            kind="tick" if isinstance(value, bool) else "choice" if isinstance(value, StrEnum) else "number",
            value=changes.get(key, written(value)),
            choices=tuple(choice.value for choice in type(value)) if isinstance(value, StrEnum) else (),
            changed=key in changes,
            help=described.description or "",
        )
        found[SECTIONS[section]].append(field)
    return {heading: sorted(fields, key=lambda field: field.kind != "tick") for heading, fields in found.items()}


def in_words(policy: Policy) -> str:
    """Return the heart of a policy in one line."""
    candidates = policy.candidates
    levels = ", ".join(level.value for level in candidates.risk_levels)
    return (
        f"fewer than {candidates.month_usage_below:,} requests a month, "
        f"listed for {candidates.min_age_days:,} days, level {levels}"
    )
