"""What a terminal of a given width is shown."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType


def screen(shown: RenderableType, width: int = 1000, *, colour: bool = False) -> str:
    """The text that Rich writes to a terminal of this width; with colour, as to a terminal that has it."""
    text = io.StringIO()
    console = Console(
        file=text, width=width, force_terminal=colour, color_system="truecolor" if colour else None, _environ={}
    )
    console.print(shown)
    return text.getvalue()
