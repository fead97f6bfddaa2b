"""A page's markup, read without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "wbr"})


class Markup(HTMLParser):
    """The elements of a page.

    Attributes:
        elements: Every element with its attributes, in order.
        texts: What stands in every element that has text of its own, in order.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element; markup that is not well nested is a fault."""
        assert self._open, f"</{tag}> ends nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        if data.strip():
            self.texts.append((self._open[-1] if self._open else "", data.strip()))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of a kind that have these attributes."""
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]

    def inline(self) -> list[str]:
        """Return what a content policy without ``unsafe-inline`` would not let pass."""
        names = [name for _, attributes in self.elements for name in attributes]
        active = [name for name in names if name.startswith("on") or name == "style"]
        return active + [tag for tag, text in self.texts if tag in {"script", "style"}]
