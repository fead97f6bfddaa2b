"""The thresholds of the analysis, each with its unit and label."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from horde_model_reference.categories import DefaultThresholds, UsageTraits
from horde_model_reference.hosts import a_label
from horde_model_reference.settings import Settings


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold of the analysis: a figure *below* it sets a flag.

    Attributes:
        value: The number.
        unit: The unit, as shown to readers.
        label: The name of the figure that is compared with it.
    """

    value: float
    unit: str
    label: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All numbers and rules that one type of model is judged by.

    Attributes:
        low_usage: Share of the category's attributed month usage (rule 5).
        critical_usage: Requests in 30 days, for ``is_critical`` (rule 6).
        critical_workers: Worker threads, for ``is_critical`` (rule 6).
        preferred_hosts: Where files should lie; subdomains count (rule 8).
        hosts_matter: False where records carry no downloads, so that the four download flags stay off (rule 8).
    """

    low_usage: Threshold
    critical_usage: Threshold
    critical_workers: Threshold
    preferred_hosts: tuple[str, ...]
    hosts_matter: bool

    def fingerprint(self) -> str:
        """Return a hash of all values."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def thresholds_for(settings: Settings, traits: UsageTraits) -> Thresholds:
    """Return the thresholds of a category under these settings; a threshold without a setting has its default."""
    chosen = {
        name: getattr(settings, traits.settings_prefix + name, default)
        for name, default in asdict(traits.thresholds).items()
    }
    found = DefaultThresholds(**chosen)
    return Thresholds(
        low_usage=Threshold(
            found.low_usage_threshold_percentage, "percent of the category's month usage", "share of the month's usage"
        ),
        critical_usage=Threshold(found.critical_usage_threshold, "requests in 30 days", "month usage"),
        critical_workers=Threshold(found.critical_worker_threshold, "worker threads", "workers"),
        preferred_hosts=tuple(filter(None, map(a_label, settings.preferred_file_hosts))),
        hosts_matter=not found.ignore_download_hosts,
    )
