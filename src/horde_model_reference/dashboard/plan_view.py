"""A view of the plan page: ticks, reasons, policy, tab, filters and page, read from an address and written into one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlencode

import polars as pl

from horde_model_reference.analytics.size_bands import SIZE_BANDS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.draft import PlanDraft
from horde_model_reference.curation.planning import Choice
from horde_model_reference.curation.policy import Policy
from horde_model_reference.dashboard.policy_form import changes_in
from horde_model_reference.dashboard.rendering import from_form, in_form
from horde_model_reference.polars_queries import is_one_of

SELECT, OVERRIDE, ASKED, FOLLOW = "select", "override:", "asked", "follow"
"""The fields of the form: a ticked model; why it goes all the same (its name follows); that somebody has ticked; that
the ticks shall be those of the policy again."""

LONGEST_LINK = 2000
"""Characters of an address that every mail program and browser leaves whole."""

ROWS = 25
"""Rows on a page."""
LARGEST_PAGE = 10**6


class Tab(StrEnum):
    """The tabs of the table: the models of one verdict of the policy's own choice, and those that are marked."""

    PROPOSED = "proposed"
    UNKNOWN = "unknown"
    PROTECTED = "protected"
    KEPT = "kept"
    MARKED = "marked"

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of its models; None for the marked ones, which have any."""
        return {
            Tab.PROPOSED: Verdict.REMOVE,
            Tab.UNKNOWN: Verdict.UNKNOWN,
            Tab.PROTECTED: Verdict.PROTECTED,
            Tab.KEPT: Verdict.KEEP,
        }.get(self)

    def models(self, draft: PlanDraft) -> pl.DataFrame:
        """Return the models of the tab, in the order of removal."""
        if self.verdict is None:
            return draft.models.filter(is_one_of(pl.col("name"), draft.facts.own_marks))
        return draft.models.filter(verdict=self.verdict.value)


FILTERS: Mapping[str, Callable[[str], pl.Expr]] = {
    "search": lambda text: pl.col("name").str.to_lowercase().str.contains(text.lower(), literal=True),
    "level": lambda level: pl.col("risk_level").cast(pl.String) == level,
    "reason": pl.col("verdict_reasons").list.contains,
    "baseline": lambda baseline: pl.col("baseline") == baseline,
    "size": lambda size: SIZE_BANDS[size].condition if size in SIZE_BANDS else pl.lit(value=False),
}
"""The filters of the table by field: a condition on the models of a draft."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """The state of the plan page.

    Attributes:
        names: The ticked models; None where nobody has ticked anything yet, and the policy chooses.
        reasons: The reason written beside a model, by name.
        policy: The changed keys of the policy, with their values as they were sent.
        tab: The tab; None for the first that has a ticked model, else any.
        page: The page of the table, from 0.
        filters: The filters of the table that are set, by their field.
    """

    names: tuple[str, ...] | None = None
    reasons: Mapping[str, str] | None = None
    policy: Mapping[str, str] | None = None
    tab: Tab | None = None
    page: int = 0
    filters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Iterable[tuple[str, str]], own: Policy) -> PlanView:
        """Read the fields of the form, or of an address.

        Args:
            fields: The fields; of the same field the last counts, but for ticks.
            own: The service's policy.
        """
        sent = list(fields)
        last = dict(sent)
        names = tuple(dict.fromkeys(from_form(value) for name, value in sent if name == SELECT))
        reasons = {
            from_form(name.removeprefix(OVERRIDE)): value
            for name, value in sent
            if name.startswith(OVERRIDE) and value.strip()
        }
        ticked = (names or ASKED in last) and FOLLOW not in last
        tab, page = last.get("tab", ""), last.get("page", "")
        return cls(
            names=names if ticked else None,
            reasons=reasons if ticked else {},
            policy=changes_in(sent, own),
            tab=Tab(tab) if tab in set(Tab) and FOLLOW not in last else None,
            page=min(int(page), LARGEST_PAGE) if page.isascii() and page.isdigit() and len(page) < 8 else 0,
            filters={name: last[name] for name in FILTERS if last.get(name)},
        )

    def choice(self) -> Choice:
        """Return the choice for the planner; reasons beside models that are not ticked are left out."""
        ticked = frozenset(self.names or ())
        given = {name: reason for name, reason in (self.reasons or {}).items() if name in ticked}
        return Choice(self.names, given)

    def fields(self) -> list[tuple[str, str]]:
        """Return the fields that lead to this view, without those that have their default."""
        ticks = [] if self.names is None else [(ASKED, "1"), *((SELECT, in_form(name)) for name in self.names)]
        overrides = [(OVERRIDE + in_form(name), reason) for name, reason in (self.choice().overrides or {}).items()]
        place = {
            "tab": self.tab.value if self.tab else "",
            "page": str(self.page or ""),
            **self.filters,
        }
        given = [(name, value) for name, value in place.items() if value]
        return [*ticks, *overrides, *(self.policy or {}).items(), *given]

    def address(self, category: MODEL_REFERENCE_CATEGORY) -> str:
        """Return the address of this view, however long."""
        fields = self.fields()
        return f"/plan/{category.value}{f'?{urlencode(fields)}' if fields else ''}"

    def link(self, category: MODEL_REFERENCE_CATEGORY) -> str | None:
        """Return the address of this view; None where it would be too long to send."""
        address = self.address(category)
        return address if len(address) <= LONGEST_LINK else None

    def with_policy(self, key: str, value: str) -> PlanView:
        """Return the view of the policy's own choice with one key changed."""
        return replace(self, names=None, reasons={}, page=0, tab=None, policy={**(self.policy or {}), key: value})

    def listed(self, models: pl.DataFrame) -> pl.DataFrame:
        """Return the models that the filters let pass."""
        for name, value in self.filters.items():
            models = models.filter(FILTERS[name](value))
        return models
