"""The documentation as a site (``make site``): Sphinx reads the Markdown pages as they are."""

from __future__ import annotations

from importlib.metadata import version as version_of

from sphinx.application import Sphinx

project = "horde-model-reference"
version = release = version_of(project)
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
html_static_path: list[str] = []
exclude_patterns = ["generator", "decisions/0000-template.md"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = [
    "myst.xref_missing",  # Links to files outside of docs/; tests/docs/test_links.py checks every link.
    "misc.highlighting_failure",  # Console blocks hold output, which no lexer knows.
]

CONTENTS: dict[str, tuple[str, ...]] = {
    "Tutorial": ("tutorial",),
    "How-to guides": (
        "how-to/protect-a-model",
        "how-to/add-an-alias",
        "how-to/find-out-why",
        "how-to/run-behind-nginx",
        "how-to/connect-a-front-end",
    ),
    "Reference": ("command-line", "web-page", "api", "library", "settings", "errors"),
    "Explanation": (
        "figures",
        "curation",
        "review",
        "marks",
        "links",
        "history",
        "operating",
        "containers",
        "differences",
        "dependencies",
        "decisions/README",
    ),
}
"""The pages of the site, by their kind; the Markdown pages themselves carry no directives."""


def add_contents(_: Sphinx, page: str, source: list[str]) -> None:
    """Add the table of contents to the first page, and the list of decisions to theirs."""
    trees = {
        "index": list(CONTENTS.items()),
        "decisions/README": [("Decisions", ("*",))],
    }
    for caption, pages in trees.get(page, ()):
        options = f":hidden:\n:glob:\n:caption: {caption}"
        source[0] += f"\n\n```{{toctree}}\n{options}\n\n" + "\n".join(pages) + "\n```\n"


def setup(app: Sphinx) -> None:
    """Register the hook."""
    app.connect("source-read", add_contents)
