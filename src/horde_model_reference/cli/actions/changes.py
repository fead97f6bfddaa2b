"""List the changes of the last days."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.cli.actions.history import open_history
from horde_model_reference.cli.actions.output import write
from horde_model_reference.cli.actions.session import clock_for
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import quoted
from horde_model_reference.history.atom_feed import atom_feed
from horde_model_reference.history.changes_markdown import digest
from horde_model_reference.history.changes_schema import CategoryChangesResponse
from horde_model_reference.history.store import open_store_for_reading
from horde_model_reference.reports.formats import ChangesFormat
from horde_model_reference.reports.json_report import to_json

MOST_DAYS = 3650
MOST_CHANGES = 100_000
"""Changes of one category that a digest holds."""


def changes(
    categories: Sequence[MODEL_REFERENCE_CATEGORY],
    since: str,
    format: ChangesFormat,  # noqa: A002
    output: Path | None,
    *,
    demo: bool,
) -> None:
    """Write the changes of categories, by default of all, since a day."""
    today = clock_for(demo=demo).now().date()
    first = day_of(since, today)
    wanted = list(categories or USAGE)
    if format is not ChangesFormat.markdown and len(wanted) > 1:
        raise UsageError(f"--format {format.value} takes one category.", hint=f"One of: {', '.join(USAGE)}.")

    async def read() -> list[CategoryChangesResponse]:
        async with open_history(open_store_for_reading, demo=demo) as store:
            return [await store.changes.page(category, first, MOST_CHANGES, 0) for category in wanted]

    pages = asyncio.run(read())
    writers = {
        ChangesFormat.markdown: lambda: digest(pages, first, today).encode(),
        ChangesFormat.json: lambda: to_json(pages[0]),
        ChangesFormat.atom: lambda: atom_feed(pages[0], "changes.atom"),
    }
    write(writers[format](), output)


def day_of(text: str, today: date) -> date:
    """Return the first day that ``--since`` means.

    Raises:
        UsageError: It is neither a number of days, such as ``30d``, nor a day, such as ``2026-05-01``, that has come.
    """
    form = re.fullmatch(r"(\d{1,4})d", text, re.ASCII)
    if form is not None and int(form[1]) <= MOST_DAYS:
        return today - timedelta(days=int(form[1]))
    try:
        first = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since {quoted(text)}: neither days, such as 30d, nor a day, such as 2026-05-01.") from None
    if first > today:
        raise UsageError(f"--since {quoted(text)}: this day has not come.")
    return first
