"""The picture of the report that the README begins with."""

from __future__ import annotations

import io
import re

from docs.generator import sample
from rich.console import Console

from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.demo import MOMENT
from horde_model_reference.reports.terminal import report

ROWS = 20
TITLE = "make demo"

# Fonts from a third party's server: pages that show pictures do not load them, and nobody needs to.
_WEB_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)

# Without this, some programs drop the spaces that put numbers to the right.
_KEEPS_SPACES = ('<g class="report-matrix">', '<g class="report-matrix" xml:space="preserve">')


def report_svg() -> str:
    """Return the first rows of the demo's image report, as a terminal shows them."""
    console = Console(
        record=True,
        width=sample.WIDTH,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )
    answer = respond(sample.table(MODEL_REFERENCE_CATEGORY.image_generation), RiskQuery(sort=BY_REMOVAL, limit=ROWS))
    console.print(report(answer, MOMENT))
    svg = _WEB_FONTS.sub("", console.export_svg(title=TITLE, unique_id="report")).replace(*_KEEPS_SPACES)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
