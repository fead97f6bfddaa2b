"""The model's page: verdict, facts, evidence, dependents, replacements, use over time, names, record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from horde_model_reference.analytics.detail_schema import FlagEvidence, LinkInfo, ModelDeletionRiskDetail
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.catalogue.links import LinkKind, LinkSource, web_address
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import has_styles, usage_traits
from horde_model_reference.curation.plan import ModelVerdict
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.over_time import past
from horde_model_reference.dashboard.rendering import render
from horde_model_reference.dashboard.shell import Section, shell_of
from horde_model_reference.errors import PlanError
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.marks.because import CODES
from horde_model_reference.marks.mark_state import STATES
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

STRENGTH = tuple(RiskLevel)

OPENINGS: Mapping[Verdict, str] = {
    Verdict.PROTECTED: "It stays.",
    Verdict.UNKNOWN: "It stays, since too little is known.",
    Verdict.KEEP: "It stays.",
    Verdict.REMOVE: "It can go now.",
}
"""The first words about each verdict."""

SITES: Mapping[LinkKind, tuple[str, str]] = {
    LinkKind.HOMEPAGE: ("home", "Homepage"),
    LinkKind.HUGGING_FACE: ("home", "Model card"),
    LinkKind.CIVITAI: ("home", "Civitai page"),
    LinkKind.FILE: ("file", "File"),
}
"""The icon and the words of each kind of link."""


@dataclass(frozen=True, slots=True)
class Out:
    """A link to a page or file of the model elsewhere.

    Attributes:
        icon: Its icon.
        words: Its words.
        url: Its address; None for an address that may not be made a link.
        host: Where it leads, in words.
    """

    icon: str
    words: str
    url: str | None
    host: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the figures below the verdict."""

    word: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One flag with its evidence in words.

    Attributes:
        found: The flag's evidence.
        observed: The observed value in words.
        enough: The value that would not set the flag, in words.
    """

    found: FlagEvidence
    observed: str
    enough: str


def model_page(
    table: RiskTable,
    detail: ModelDeletionRiskDetail,
    verdict: ModelVerdict | PlanError,
    history: ModelHistoryResponse | str,
) -> str:
    """Return the page of a model.

    Args:
        table: The ungrouped table of its category.
        detail: Its row and evidence.
        verdict: Its verdict under the service's policy; else why plans are refused.
        history: Its past; else why that is not known.
    """
    record = table.records[detail.name]
    known = verdict if isinstance(verdict, ModelVerdict) else None
    return render(
        "model.html",
        shell=shell_of(table, Section.MODELS),
        category=detail.category,
        title=usage_traits(detail.category).title,
        detail=detail,
        api_names=sorted(detail.api_names, key=lambda name: -(name.usage_month or 0)),
        tags=list(_tags(detail, record, known)),
        outs=list(_outs(detail, record)),
        facts=list(_facts(table, detail)),
        evidence=_evidence(table, detail),
        record=record,
        verdict=known,
        single=known is not None and known.verdict.needs_reason and len({reason.code for reason in known.reasons}) == 1,
        opening=_opening(known, detail) if known else "",
        reasons=_further_reasons(known, detail) if known else [],
        refusal=verdict if isinstance(verdict, PlanError) else None,
        styles=has_styles(detail.category),
        **_marked(detail),
        **past(history),
    )


def _because(verdict: ModelVerdict, detail: ModelDeletionRiskDetail) -> str:
    """Return the first reason as the end of a sentence; empty where its own sentence says more."""
    code = verdict.reasons[0].code if verdict.reasons else ""
    if code == "named_by_styles" and detail.style_count:
        return f"{words.counted(detail.style_count, 'style')} {'names' if detail.style_count == 1 else 'name'} it"
    if code == "jobs_waiting" and detail.queued_jobs:
        return f"{words.counted(detail.queued_jobs, 'job')} {'waits' if detail.queued_jobs == 1 else 'wait'} for it"
    return ""


def _opening(verdict: ModelVerdict, detail: ModelDeletionRiskDetail) -> str:
    because = _because(verdict, detail)
    return f"It stays, because {because}." if because else OPENINGS[verdict.verdict]


def _further_reasons(verdict: ModelVerdict, detail: ModelDeletionRiskDetail) -> list[str]:
    """Return the sentences of the reasons that the opening does not tell."""
    return [reason.sentence for reason in verdict.reasons[1 if _because(verdict, detail) else 0 :]]


def _marked(detail: ModelDeletionRiskDetail) -> dict[str, object]:
    """Return the mark of a model in words, with the days until it may go, counted from the day of the data."""
    mark = detail.deletion_mark
    if mark is None:
        return {"mark": None}
    return {
        "mark": mark,
        "mark_meaning": STATES[mark.state],
        "because": CODES[mark.because].meaning,
        "countdown": labels.countdown(mark.remove_after, detail.data_as_of.status_fetched_at.date()),
    }


def _tags(detail: ModelDeletionRiskDetail, record: ModelRecord, verdict: ModelVerdict | None) -> Iterator[str]:
    """Return the facts of the record that stand below the name."""
    if detail.baseline:
        yield labels.baseline(detail.baseline)
    if record.style:
        yield record.style
    if detail.nsfw:
        yield "NSFW"
    if record.version:
        yield f"version {record.version}"
    if verdict:
        listed = verdict.age_days
        yield "listed: unknown since when" if listed is None else f"listed {words.counted(listed, 'day')}"


def _outs(detail: ModelDeletionRiskDetail, record: ModelRecord) -> Iterator[Out]:
    """Return the links to pages, then the files, also those whose address may not be made a link."""
    for link in detail.links:
        if link.kind is not LinkKind.FILE:
            yield Out(*SITES[link.kind], link.url, _host(link))
    for file in record.config.download:
        yield Out("file", file.file_name or "a file", web_address(file.file_url), file.host or "no known host")


def _host(link: LinkInfo) -> str:
    host = urlsplit(link.url).hostname or ""
    return host if link.source is LinkSource.RECORD else f"{host}, by its {link.source.value}"


def _facts(table: RiskTable, detail: ModelDeletionRiskDetail) -> Iterator[Fact]:
    size = model_size(detail.category)
    share = words.share(detail.usage_percentage_of_category) if detail.usage_month else ""
    yield Fact("Month", words.month_use(detail), share or f"of {words.count(table.context.category_month)}")
    yield Fact("Day", words.count(detail.usage_day), "")
    yield Fact("Ever", words.count(detail.usage_total), "")
    yield Fact("Workers", words.count(detail.worker_count), "thread" if detail.worker_count == 1 else "threads")
    yield Fact("Queue", words.count(detail.queued_jobs), "job" if detail.queued_jobs == 1 else "jobs")
    yield Fact("Size", size.cell(detail), size.unit)


def _evidence(table: RiskTable, detail: ModelDeletionRiskDetail) -> list[Evidence]:
    """Return the evidence, the most severe first."""
    ordered = sorted(detail.evidence, key=lambda entry: -STRENGTH.index(entry.severity))
    hosts = ", ".join(table.context.thresholds.preferred_hosts)
    return [Evidence(found, _observed(found), _enough(found, hosts)) for found in ordered]


def _observed(found: FlagEvidence) -> str:
    value = found.observed
    formats: Mapping[type, Callable[..., str]] = {
        bool: lambda given: "yes" if given else "no",
        str: str,
        int: words.count,
        float: lambda given: f"{given:.4g}",
        list: lambda given: ", ".join(given) or "none",
        type(None): lambda _: "none",
    }
    shown = formats[type(value)](value)
    return f"{shown}%" if found.unit.startswith("percent") else shown


ENOUGH: Mapping[str, str] = {
    "has_multiple_hosts": "one host",
    "has_unknown_host": "none",
    "no_download_urls": "at least 1",
    "missing_description": "present",
    "missing_baseline": "present",
}
"""The values that would not set the flags which have no threshold."""


def _enough(found: FlagEvidence, hosts: str) -> str:
    if found.threshold is None:
        return ENOUGH.get(found.flag, hosts or "none")
    return f"at least {found.threshold:g}{'%' if found.unit.startswith('percent') else ''}"
