"""The impact of removals: files and disk freed, requests displaced, styles broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.scoring import BYTES_PER_GB
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.curation.plan import Displacement, Effect, HostEffect, ModelVerdict, StyleChange
from horde_model_reference.curation.styles import Styles

NO_HOST = "no known host"


def impact_of(
    table: RiskTable,
    catalogue: Catalogue,
    styles: Styles | None,
    removed: Sequence[ModelVerdict],
    changes: Sequence[StyleChange] = (),
) -> Effect:
    """Return the impact of removing these models, with the changes of their styles, if there are any."""
    names = [verdict.name for verdict in removed]
    records = [catalogue.records[name] for name in names]
    usage = total(verdict.usage_month for verdict in removed)
    month = table.context.category_month
    dependents = styles.dependents(names) if styles is not None else None
    emptied = dependents.emptied_categories if dependents else ()
    if styles is not None and changes:
        emptied = styles.emptied_without({change.style for change in changes if change.to is None})
    return Effect(
        models=len(removed),
        share_of_models=round(100 * len(removed) / table.model_count, 2),
        files=sum(len(record.config.download) for record in records),
        size_gb=_gb(record.size_bytes for record in records),
        parameters=total(record.parameters for record in records),
        hosts=_by_host(records),
        usage_month=usage,
        share_of_month_usage=round(100 * usage / month, 4) if usage is not None and month else None,
        displaced=[_displaced(verdict, set(names)) for verdict in removed if verdict.usage_month],
        worker_threads=total(verdict.worker_count for verdict in removed),
        broken_styles=list(dependents.styles) if dependents else None,
        emptied_style_categories=list(emptied) if dependents else None,
    )


def total(figures: Iterable[int | None]) -> int | None:
    """Return a sum; None where a figure is unknown."""
    found = list(figures)
    known = [figure for figure in found if figure is not None]
    return sum(known) if len(known) == len(found) else None


def _gb(sizes: Iterable[int | None]) -> float | None:
    found = total(sizes)
    return None if found is None else round(found / BYTES_PER_GB, 2)


def _by_host(records: Sequence[ModelRecord]) -> list[HostEffect]:
    files: Counter[str] = Counter()
    sizes: dict[str, list[int | None]] = {}
    for record in records:
        parts = [(download.host or NO_HOST, download.size_bytes) for download in record.config.download]
        files.update(host for host, _ in parts)
        hosts = {host for host, _ in parts} or {NO_HOST}
        if len(hosts) == 1:  # What lies on one host is as large as the model, which is known more often than each file.
            parts = [(hosts.pop(), record.size_bytes)]
        for host, size in parts:
            sizes.setdefault(host, []).append(size)
    return [HostEffect(host=host, files=files[host], size_gb=_gb(sizes[host])) for host in sorted(sizes)]


def _displaced(verdict: ModelVerdict, gone: set[str]) -> Displacement:
    staying = [found.name for found in verdict.replacements or () if found.name not in gone]
    return Displacement(name=verdict.name, to=staying[0] if staying else None, usage_month=verdict.usage_month or 0)
