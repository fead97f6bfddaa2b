"""What removals would do: files and disk freed, requests displaced, styles broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from horde_model_reference.analytics.judgement import BYTES_PER_GB
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.curation.plan import Displacement, Effect, HostEffect, ModelVerdict
from horde_model_reference.curation.styles import Styles

NO_HOST = "no known host"
SEVERAL_HOSTS = "several hosts"


def effect_of(table: RiskTable, catalogue: Catalogue, styles: Styles | None, removed: Sequence[ModelVerdict]) -> Effect:
    """Return what removing these models would do."""
    names = [verdict.name for verdict in removed]
    records = [catalogue.records[name] for name in names]
    usage = total(verdict.usage_month for verdict in removed)
    month = table.measure.category_month
    dependents = styles.dependents(names) if styles is not None else None
    return Effect(
        models=len(removed),
        share_of_models=round(100 * len(removed) / table.model_count, 2),
        files=sum(len(record.config.download) for record in records),
        size_gb=_gb(record.size_bytes for record in records),
        hosts=_by_host(records),
        usage_month=usage,
        share_of_month_usage=round(100 * usage / month, 4) if usage is not None and month else None,
        displaced=[_displaced(verdict, set(names)) for verdict in removed if verdict.usage_month],
        worker_threads=total(verdict.worker_count for verdict in removed),
        broken_styles=list(dependents.styles) if dependents else None,
        emptied_style_categories=list(dependents.emptied_categories) if dependents else None,
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
    files: dict[str, int] = {}
    sizes: dict[str, list[int | None]] = {}
    for record in records:
        downloads = record.config.download
        hosts = {download.host or NO_HOST for download in downloads} or {NO_HOST}
        for download in downloads:
            host = download.host or NO_HOST
            files[host] = files.get(host, 0) + 1
        # Only a model's size as a whole is known, so one whose files are spread counts for no single host.
        where = hosts.pop() if len(hosts) == 1 else SEVERAL_HOSTS
        sizes.setdefault(where, []).append(record.size_bytes)
    return [
        HostEffect(host=host, files=files.get(host, 0), size_gb=_gb(sizes.get(host, [])))
        for host in sorted(files.keys() | sizes.keys())
    ]


def _displaced(verdict: ModelVerdict, gone: set[str]) -> Displacement:
    staying = [found.name for found in verdict.replacements or () if found.name not in gone]
    return Displacement(name=verdict.name, to=staying[0] if staying else None, usage_month=verdict.usage_month or 0)
