"""``review-comment``: the comment of a pull request on GitHub that holds its review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.cli.common import new_app

app = new_app()


@app.command()
def review_comment(
    review: Annotated[Path, typer.Argument(help="The JSON that `review --json` wrote.")],
    *,
    pull_request: Annotated[int, typer.Option(min=1, help="The number of the pull request.")],
    head: Annotated[str, typer.Option(help="The commit that the pull request must have.")],
) -> None:
    """Keep one comment of a pull request up to date; for workflows: GITHUB_REPOSITORY and GITHUB_TOKEN tell where."""
    from horde_model_reference.cli.actions import review_comment as actions

    actions.review_comment(review, pull_request, head)
