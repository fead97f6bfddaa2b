"""Tables for the terminal that leave columns out where there is no room, so that names stay readable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

EDGES = 2
GAP = 2
"""Cells that the table's frame takes: both edges, and between two columns."""


@dataclass(frozen=True, slots=True)
class FittedColumn:
    """A column of a fitted table.

    Attributes:
        heading: Its heading, which may have several lines.
        justify: On which side its cells stand.
        least: Fewest cells of width down to which it folds while others can be left out; None where it never folds.
    """

    heading: str
    justify: Literal["left", "right"] = "left"
    least: int | None = None

    @property
    def words(self) -> str:
        """The heading in one line."""
        return self.heading.replace("-\n", "").replace("\n", " ")


class FittedTable:
    """A table that is told its room when it is drawn."""

    def __init__(self, columns: Sequence[FittedColumn], *, dropped: Sequence[str] = (), title: str = "") -> None:
        """Make an empty table.

        Args:
            columns: From left to right.
            dropped: Headings of the columns that a narrow terminal does without; the first goes first.
            title: Stands above it.
        """
        self._columns = columns
        self._title = title
        headings = [column.heading for column in columns]
        self._dropped = [headings.index(heading) for heading in dropped if heading in headings]
        self._rows: list[tuple[Sequence[Text], str]] = []

    def add_row(self, *cells: Text, style: str = "") -> None:
        """Add a row of one cell a column."""
        self._rows.append((cells, style))

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Draw the columns that fit, and name the others."""
        natural = [self._natural_width(at) for at in range(len(self._columns))]
        least = [
            width if column.least is None else min(width, column.least)
            for width, column in zip(natural, self._columns, strict=True)
        ]
        kept = self._kept(least, options.max_width)
        if _framed([least[at] for at in kept]) > options.max_width:  # What never folds would be cut off otherwise.
            least = [width if column.least is None else 1 for width, column in zip(least, self._columns, strict=True)]
        yield self._drawn(kept, _shared_out({at: natural[at] for at in kept}, least, options.max_width))
        missing = [column.words for at, column in enumerate(self._columns) if at not in kept]
        if missing:
            yield Text(f"Not shown, for want of room: {', '.join(missing)}.", style="dim")

    def _natural_width(self, at: int) -> int:
        texts = [self._columns[at].heading, *(cells[at].plain for cells, _ in self._rows)]
        return max(cell_len(line) for text in texts for line in text.split("\n"))

    def _kept(self, least: Sequence[int], room: int) -> list[int]:
        kept = list(range(len(self._columns)))
        for at in self._dropped:
            if _framed([least[column] for column in kept]) <= room:
                break
            kept.remove(at)
        return kept

    def _drawn(self, kept: Sequence[int], widths: dict[int, int]) -> Table:
        table = Table(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            collapse_padding=True,
            padding=(0, 1, 0, 0),
            title=Text(self._title, style="table.title") if self._title else None,
            title_justify="left",
        )
        for at in kept:
            column = self._columns[at]
            folds = column.least is not None
            table.add_column(
                column.heading,
                justify=column.justify,
                no_wrap=not folds,
                overflow="fold",
                width=widths[at] if folds else None,
            )
        for cells, style in self._rows:
            table.add_row(*(cells[at] for at in kept), style=style)
        return table


def _framed(widths: Sequence[int]) -> int:
    """Return the width of a table of columns of these widths."""
    return EDGES + sum(widths) + GAP * (len(widths) - 1)


def _shared_out(widths: dict[int, int], least: Sequence[int], room: int) -> dict[int, int]:
    """Return the columns' widths when the widest give way until all fit, none below its least."""
    while _framed(list(widths.values())) > room:
        wide = [at for at in widths if widths[at] > least[at]]
        if not wide:
            break
        widths[max(wide, key=lambda at: widths[at])] -= 1
    return widths
