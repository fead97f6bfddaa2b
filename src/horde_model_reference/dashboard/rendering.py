"""Templates, and how figures and hostile names look in them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from horde_model_reference.analytics.flags import FLAGS
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.dashboard import labels
from horde_model_reference.escaping import visible
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

ASSETS = Path(__file__).parent / "assets"

SHEETS: Mapping[str, tuple[str, ...]] = {
    "page.css": ("tokens.css", "base.css", "shell.css", "pages.css", "charts.css", "media.css")
}
"""Style sheets that are sent as one: each further request before the first text costs a slow network a round trip."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The content security policy: pages load from this service only, and nothing inline."""


def render(template: str, **context: Any) -> str:
    """Return a page; everything put into it is escaped."""
    return _environment().get_template(template).render(**context)


def model_path(category: MODEL_REFERENCE_CATEGORY, name: str) -> str:
    """Return the address of a model's page: its slashes stay, so that it reads well.

    Browsers take ``.`` and ``..`` out of a path, however they are written, and routes end at a line's end, so names
    with any of these stand in the query.
    """
    page = f"/model/{category.value}"
    in_query = _has_dot_parts(name) or "\n" in name
    return f"{page}?name={quote(name, safe='')}" if in_query else f"{page}/{quote(name)}"


def api_model_path(category: MODEL_REFERENCE_CATEGORY, name: str) -> str:
    """Return the address of a model in the API."""
    written = quote(name, safe="" if _has_dot_parts(name) else "/")
    return f"/api/model_references/statistics/{category.value}/deletion-risk/{written}"


def _has_dot_parts(name: str) -> bool:
    return not {".", ".."}.isdisjoint(name.split("/"))


def in_form(name: str) -> str:
    """Return a name as a form's field can carry it: browsers change line ends, and drop NUL."""
    return re.sub(r"[%\x00-\x1f\x7f]", lambda found: f"%{ord(found.group()):02X}", name)


def from_form(value: str) -> str:
    """Return the name that :func:`in_form` wrote."""
    return re.sub(r"%([0-9A-F]{2})", lambda found: chr(int(found.group(1), 16)), value)


def signed(value: float) -> str:
    """Return a change as a whole number with its sign."""
    whole = round(value)
    return f"{whole:+,}".replace("-", "−") if whole else "0"  # noqa: RUF001 - a minus is no hyphen


def moment(value: datetime | None) -> str:
    """Return a moment as people read it, in UTC."""
    return "unknown" if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@cache
def asset_content(name: str) -> bytes:
    """Return the content of an asset: of a file, or of several style sheets in one.

    Raises:
        OSError: There is no such file.
    """
    return b"".join((ASSETS / part).read_bytes() for part in SHEETS.get(name, (name,)))


@cache
def asset_version(name: str) -> str:
    """Return a version that changes with the assets' content, so that browsers may keep them for ever."""
    return hashlib.sha256(asset_content(name)).hexdigest()[:12]


def pretty_json(value: object) -> str:
    """Return JSON of several lines, in which everything but the line ends is escaped."""
    return "\n".join(visible(line) for line in json.dumps(value, indent=2, ensure_ascii=False).split("\n"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("horde_model_reference.dashboard"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": words.count,
        "month_use": words.month_use,
        "possible_use": words.possible_use,
        "counted": words.counted,
        "share": words.share,
        "first_names": words.first_names,
        "model_size": lambda sized, category: model_size(category).cell(sized),
        "size_with_unit": lambda sized, category: model_size(category).with_unit(sized),
        "visible": visible,
        "moment": moment,
        "signed": signed,
        "pretty_json": pretty_json,
        "in_form": in_form,
        "kind": labels.kind,
    }
    environment.globals |= {
        "flags": FLAGS,
        "model_path": model_path,
        "api_model_path": api_model_path,
        "asset": lambda name: f"/assets/{name}?v={asset_version(name)}",
        "last_use": words.last_use,
    }
    return environment
