"""Chaos: everything that may go wrong, against `serve --workers 2` under steady reads, and against the commands.

Three parts share the time: attacks on the service (`attacks`), `kill -9` of the commands (`killing`) and a full disk
(`full_disk`).
"""

from __future__ import annotations

from benchmarks._report import Section
from benchmarks.chaos import full_disk, killing, service

SERVICE_SHARE = 0.5
KILLS_A_MINUTE = 20


def run(*, minutes: float) -> Section:
    """Run the chaos suite for about this long.

    Raises:
        SkippedError: A program that it needs is not installed.
    """
    section = Section("Chaos")
    service.run(section, seconds=minutes * 60 * SERVICE_SHARE)
    killing.run(section, kills=round(minutes * KILLS_A_MINUTE))
    full_disk.run(section)
    return section
