"""Rendering: names are text in markup, in addresses and in forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from horde_model_reference.dashboard.error_page import error_page
from horde_model_reference.dashboard.rendering import (
    ASSETS,
    CONTENT_POLICY,
    api_model_path,
    asset_version,
    from_form,
    in_form,
    model_path,
    moment,
    pretty_json,
    render,
)
from horde_model_reference.dashboard.shell import bare_shell
from tests.support.builders import IMAGE
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.markup import Markup

names = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(sorted(HOSTILE_NAMES.values()))


def walked(path: str) -> str:
    """A path as a browser walks it: without its dots."""
    found: list[str] = []
    for part in path.split("/"):
        plain = part.lower().replace("%2e", ".")
        if plain == "..":
            found = found[:-1]
        elif plain != ".":
            found.append(part)
    return "/".join(found)


@given(names)
def test_a_models_address_leads_to_the_model(name: str) -> None:
    """Rule 13, for addresses: whatever the name, the browser asks for it and nothing else."""
    address = urlsplit(model_path(IMAGE, name))
    assert walked(address.path) == address.path
    assert not re.search(r"[\s\"'<>]", address.path + address.query)
    if address.query:
        assert parse_qs(address.query, keep_blank_values=True) == {"name": [name]}
    else:
        assert unquote(address.path) == f"/model/image_generation/{name}"
        assert "%0A" not in address.path, "no route has a line end in its path"


@given(names)
def test_the_apis_address_of_a_model_has_the_name(name: str) -> None:
    path = api_model_path(IMAGE, name)
    assert unquote(path).endswith(f"/deletion-risk/{name}")
    assert name in {".", ".."} or walked(path) == path


@given(names)
def test_a_form_carries_a_name_as_it_is(name: str) -> None:
    """Rule 13, for forms: browsers write line ends anew, and NUL is no text."""
    carried = re.sub(r"\r\n?|\n", "\r\n", in_form(name).replace("\0", "\ufffd"))
    assert from_form(carried) == name


def test_plain_names_are_carried_as_they_are() -> None:
    assert in_form("Sao10K/L3-8B ☃ + 'x'") == "Sao10K/L3-8B ☃ + 'x'"
    assert from_form("100% sure %zz %4") == "100% sure %zz %4"


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_page_shows_names_inert(name: str) -> None:
    """Rule 13."""
    problem = {"title": "Not Found", "detail": name, "status": 404, "code": "x"}
    page = error_page(problem)
    plain = Markup(error_page(problem | {"detail": "x"}))
    assert Markup(page).elements == plain.elements
    assert not ACTIVE.search(page.replace("\n", ""))


def test_json_keeps_its_lines_and_nothing_else_that_acts() -> None:
    text = pretty_json({"a": "one\u2028two\x9b", "b": ["</pre><script>"]})
    assert text.count("\n") == 5
    assert "\\u2028" in text
    assert not ACTIVE.search(text.replace("\n", ""))


def test_what_a_template_misses_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("error.html", shell=bare_shell(), problem={}, retry_after=None)


def test_moments_are_told_in_utc() -> None:
    assert moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2026-01-02 03:04 UTC"
    assert moment(datetime(2026, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-02 01:04 UTC"
    assert moment(None) == "unknown"


def test_assets_have_versions_of_their_own() -> None:
    versions = {asset_version(path.name) for path in ASSETS.iterdir()}
    assert len(versions) == len(list(ASSETS.iterdir())) >= 2


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_POLICY.split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {
        policy[kind] for kind in ("script-src", "style-src", "font-src", "img-src", "connect-src", "form-action")
    } == {"'self'"}
    assert not re.search(r"unsafe|https?:|\*", CONTENT_POLICY)


OWN = [path for path in ASSETS.iterdir() if path.suffix in {".css", ".js"} and not path.name.startswith("uPlot")]


def test_the_assets_fetch_nothing_from_elsewhere() -> None:
    for path in OWN:
        assert not re.search(r"https?://|@import|eval\(|innerHTML", path.read_text(encoding="utf-8")), path.name


def test_no_template_has_a_style_attribute() -> None:
    """Principle 6 of the page's design: geometry lies in SVG attributes, looks in classes."""
    templates = (ASSETS.parent / "templates").glob("*.html")
    assert [path.name for path in templates if re.search(r"\sstyle=", path.read_text(encoding="utf-8"))] == []


def declared(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block))


def test_the_dark_colours_are_the_same_however_they_are_chosen() -> None:
    text = (ASSETS / "tokens.css").read_text(encoding="utf-8")
    light, system, chosen = re.split(r':root:not\(\[data-theme="light"\]\) \{|:root\[data-theme="dark"\] \{', text)
    assert declared(system) == declared(chosen) != {}
    assert declared(chosen).keys() <= declared(light).keys()


def test_every_token_that_styles_use_is_declared() -> None:
    known = declared((ASSETS / "tokens.css").read_text(encoding="utf-8")).keys()
    used = {name for path in OWN for name in re.findall(r"var\((--[\w-]+)", path.read_text(encoding="utf-8"))}
    assert used - known == set()
