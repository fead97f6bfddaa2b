"""The changes of styles whose models go: deleted, or re-pointed to another model (design section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.curation.plan import StyleChange
from horde_model_reference.curation.policy import OnRemoval
from horde_model_reference.curation.style_requirements import meets
from horde_model_reference.curation.styles import Styles

ORPHANED = "Its model was not in the catalogue before."
DELETED = "The policy deletes the styles of removed models."
NO_SUCCESSOR = "No model of the same kind or baseline takes its settings."


class HasVerdict(Protocol):
    """A model with its verdict, as far as the treatment of styles reads it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def verdict(self) -> Verdict:
        """Its verdict."""
        ...

    @property
    def kind(self) -> str | None:
        """Its kind; None where its record does not say."""
        ...

    @property
    def usage_month(self) -> int | None:
        """Its requests in 30 days; None where they are unknown."""
        ...


def style_changes(
    styles: Styles | None, verdicts: Sequence[HasVerdict], catalogue: Catalogue, treatment: OnRemoval
) -> list[StyleChange]:
    """Return the change of each style that names no listed model after the removals, sorted by style.

    Styles that named none before are deleted as well: the styles repository accepts no change while one does. Nothing
    changes where no style names a removed model, or the policy does not say so.

    Args:
        styles: The styles; None where they are unknown.
        verdicts: The verdict on every model of the category.
        catalogue: The category's records; a record that was skipped is listed all the same.
        treatment: The treatment of styles that name a removed model.
    """
    removed = {verdict.name for verdict in verdicts if verdict.verdict is Verdict.REMOVE}
    if treatment is OnRemoval.PROTECT or styles is None or not removed & set(styles.models.values()):
        return []
    successors = _Successors(verdicts if treatment is OnRemoval.REPOINT else (), catalogue.records)
    unmet = NO_SUCCESSOR if treatment is OnRemoval.REPOINT else DELETED
    left = (catalogue.records.keys() | catalogue.skipped.keys()) - removed
    found = []
    for style, model in styles.orphans(left).items():
        to, reason = next(successors.of(model, styles.settings.get(style, {})), (None, unmet))
        found.append(StyleChange(style=style, model=model, to=to, reason=reason if model in removed else ORPHANED))
    return found


_Group = tuple[str, object]


class _Successors:
    """The kept models of each kind and of each baseline, the most used first; those of unknown use are in none."""

    def __init__(self, verdicts: Iterable[HasVerdict], records: Mapping[str, ModelRecord]) -> None:
        self._records = records
        self._groups: dict[str, dict[str, _Group]] = {}
        self._kept: dict[_Group, list[str]] = {}
        ranked = sorted(verdicts, key=lambda verdict: (-(verdict.usage_month or 0), verdict.name))
        for verdict in ranked:
            groups = self._groups[verdict.name] = _groups(verdict.kind, records[verdict.name])
            if verdict.verdict is not Verdict.REMOVE and verdict.usage_month is not None:
                for group in groups.values():
                    self._kept.setdefault(group, []).append(verdict.name)

    def of(self, model: str, settings: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        """Yield the models that a style could name instead, best first, each with the reason."""
        for words, group in self._groups.get(model, {}).items():
            for name in self._kept.get(group, ()):
                if meets(settings, (self._records[name].model_extra or {}).get("requirements")):
                    yield name, f"The most used model of the same {words} that takes the style's settings."


def _groups(kind: str | None, record: ModelRecord) -> dict[str, _Group]:
    """Return the groups of models that could replace one, the nearest first.

    An inpainting model paints into a picture, which a style does not send; so it replaces only its like.
    """
    baseline = (record.baseline, bool(record.inpainting))
    values = {"kind": kind, "baseline": baseline if record.baseline else None}
    return {words: (words, value) for words, value in values.items() if value is not None}
