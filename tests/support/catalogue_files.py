"""Catalogue files in many shapes, each with what it is without some of its records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

BOM = "\ufeff"


@dataclass(frozen=True)
class Sample:
    """A file, the names in it in order, and how it would have been written without some of them."""

    content: bytes
    names: list[str]
    without: Callable[[Iterable[str]], bytes]


def json_sample(
    records: dict[str, Any], *, line_end: str = "\n", bom: bool = False, tail: str = "\n", **options: Any
) -> Sample:
    """A JSON file as ``json.dumps`` writes it with these options."""

    def written(gone: Iterable[str]) -> bytes:
        kept = {name: record for name, record in records.items() if name not in set(gone)}
        text = (json.dumps(kept, **options) + tail).replace("\n", line_end)
        return ((BOM if bom else "") + text).encode()

    return Sample(written(()), list(records), written)


def csv_sample(
    rows: list[list[str]],
    *,
    line_end: str = "\r\n",
    bom: bool = False,
    ended: bool = True,
    header: str = "name,parameters_bn",
) -> Sample:
    """A CSV file of rows that begin with a name; perhaps without an end to its last line."""
    lines = []
    for row in rows:
        text = io.StringIO()
        csv.writer(text, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerow(row)
        lines.append((row[0].strip(), text.getvalue()))
    if lines and not ended:
        lines[-1] = (lines[-1][0], lines[-1][1].removesuffix(line_end))

    def written(gone: Iterable[str]) -> bytes:
        kept = [text for name, text in lines if name not in set(gone)]
        return "".join([BOM if bom else "", header, line_end, *kept]).encode()

    return Sample(written(()), [name for name, _ in lines], written)


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_hard = st.sampled_from(['{"a": [1, "}"]}', '"', "}{", "\\", '\\"', "],", ": {", "é", "模型", "\u2028", "a,b", "\t"])
_values = st.recursive(
    _texts | _hard | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts | _hard, inner, max_size=3),
    max_leaves=6,
)
_lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=8)
"""A line break in a cell means a quote that is not closed."""
_line_ends = st.sampled_from(["\n", "\r\n"])


@st.composite
def json_samples(draw: st.DrawFn) -> Sample:
    """JSON files of any layout."""
    records = draw(st.dictionaries(_texts | _hard, st.dictionaries(_texts | _hard, _values, max_size=3), max_size=6))
    return json_sample(
        records,
        line_end=draw(_line_ends),
        bom=draw(st.booleans()),
        tail=draw(st.sampled_from(["", "\n", "\n\n"])),
        indent=draw(st.sampled_from([None, 0, 2, 4, "\t"])),
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([None, (",", ":"), (" , ", " : ")])),
    )


@st.composite
def csv_samples(draw: st.DrawFn) -> Sample:
    """CSV files of any layout, in which names may stand more than once."""
    names = st.sampled_from(["a", "b/c", "模型", 'q"q', "with, comma"]) | _lines.map(str.strip)
    rows = draw(st.lists(st.tuples(names, _lines | _hard).map(list), max_size=8))
    return csv_sample(rows, line_end=draw(_line_ends), bom=draw(st.booleans()), ended=draw(st.booleans()))


samples = json_samples() | csv_samples()


@st.composite
def removals(draw: st.DrawFn) -> tuple[Sample, list[str]]:
    """A file, and some of its names, perhaps all."""
    sample = draw(samples)
    chosen = draw(st.lists(st.sampled_from(sample.names), unique=True)) if sample.names else []
    return sample, draw(st.sampled_from([chosen, sample.names]))
