"""The links of a model: pages and files that may be shown as links (design section 8, rule 13)."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from horde_model_reference.catalogue.catalogue import read_catalogue
from horde_model_reference.catalogue.links import LONGEST_ADDRESS, LinkKind, model_links, web_address
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from tests.support.builders import IMAGE, TEXT
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.rows import files

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def links(
    name: str = "a model", category: MODEL_REFERENCE_CATEGORY = IMAGE, **fields: Any
) -> list[tuple[str, str, str]]:
    record = ModelRecord.model_validate({"name": name} | fields)
    return [(link.kind.value, link.url, link.source.value) for link in model_links(record, category)]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://huggingface.co/a/b", "https://huggingface.co/a/b"),
        (" http://example.org ", "http://example.org"),
        ("HTTPS://Example.ORG/A?b=C&d=%20#E", "https://example.org/A?b=C&d=%20#E"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("https://example.org/a)|[x](javascript:1)", "https://example.org/a%29%7C%5Bx%5D%28javascript:1%29"),
        ("https://example.org/?a=`*b*`&lt;", "https://example.org/?a=%60%2Ab%2A%60&lt%3B"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://example.org/a", None),
        ("//example.org/a", None),
        ("example.org/a", None),
        ("", None),
        ("https://", None),
        ("https://user@example.org/", None),
        ("https://huggingface.co@evil.example/", None),
        ("https://:pw@example.org/", None),
        ("https://example.org:99999/", None),
        ("https://exam\nple.org/", None),
        ("https://example.org/\x1b[31m", None),
        ("https://example.org/\u202etxt", None),
        ("https://example.org/\ud800", None),
        ("https://a<b>.example/", None),
        ("https://a_b_.example/", None),
        ("https://[2001:db8::1]/", None),
        ("https://evil.example\\@huggingface.co/", None),
        ("https://example.org/" + "x" * LONGEST_ADDRESS, None),
        (None, None),
        (7, None),
        (["https://example.org"], None),
    ],
)
def test_rule_13_an_address_is_a_link_only_where_it_cannot_act(address: object, url: str | None) -> None:
    assert web_address(address) == url


ADDRESSES = st.text().map(lambda text: f"https://example.org/{text}") | st.text().map(lambda text: f"https://{text}")


@given(ADDRESSES)
@example("https://example.org/x) ![i](https://evil.example/i.png")
@example("https://example.org/?a=1&quot;&#41;")
def test_rule_13_a_link_is_one_link_in_markdown_and_html(address: str) -> None:
    url = web_address(address)
    if url is None:
        return
    assert re.fullmatch(r"https://[a-z0-9.-]+(:[0-9]+)?[A-Za-z0-9/%:@+,=~?&#._-]*", url)
    assert escape(url) == url.replace("&", "&amp;")
    (inline,) = [token for token in PARSER.parse(f"| a |\n| --- |\n| [file]({url}) |\n") if "file" in token.content]
    assert [child.type for child in inline.children or ()] == ["link_open", "text", "link_close"]
    assert urlsplit(str((inline.children or [])[0].attrs["href"])).hostname == urlsplit(url).hostname
    assert web_address(url) == url


def test_a_record_gives_its_pages_and_files() -> None:
    fields = files("https://civitai.com/api/download/models/2", "ftp://x/y", "https://host.example/a b")
    assert links(homepage="https://author.example/model", **fields) == [
        ("homepage", "https://author.example/model", "record"),
        ("civitai", "https://civitai.com/model-versions/2", "download"),
        ("file", "https://civitai.com/api/download/models/2", "record"),
        ("file", "https://host.example/a%20b", "record"),
    ]
    given = links(homepage="https://civitai.com/models/1", **fields)
    assert [url for kind, url, _ in given if kind == "civitai"] == ["https://civitai.com/models/1"]
    assert links(homepage="https://huggingface.co.evil.example/a")[0][0] == "homepage"
    assert links(**files("https://h.example/a", "https://h.example/a")) == [("file", "https://h.example/a", "record")]
    assert links() == links(homepage=["x"], url=7, **files()) == []


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("author/Model-7B_v1.2", "https://huggingface.co/author/Model-7B_v1.2"),
        ("Model-7B", None),
        ("koboldcpp/Model-7B", None),
        ("Aphrodite/Model-7B", None),
        ("a/b/c", None),
        ("https://huggingface.co/a/b", None),
        ("a/../b", None),
        ("a/..", None),
        ("a/b?c", None),
        ("a/b c", None),
        ("a/b\n", None),
        ("ä/b", None),
    ],
)
def test_the_name_of_a_text_model_gives_its_page(name: str, page: str | None) -> None:
    assert links(name, TEXT) == ([] if page is None else [("hugging_face", page, "name")])
    assert links(name, IMAGE) == []


def test_the_page_that_the_record_gives_wins_over_that_of_the_name() -> None:
    """Repositories are renamed."""
    assert links("author/Model-12B", TEXT, url="https://huggingface.co/author/Model-v2-12B") == [
        ("hugging_face", "https://huggingface.co/author/Model-v2-12B", "record")
    ]
    assert [kind for kind, _, _ in links("author/Model", TEXT, url="https://author.example")] == [
        "homepage",
        "hugging_face",
    ]


@pytest.mark.parametrize("hostile", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_hostile_text_is_no_link_or_an_inert_one(hostile: str) -> None:
    found = links(hostile, TEXT, homepage=hostile, url=f"https://example.org/{hostile}", **files(hostile))
    assert all(re.fullmatch(r"https://example\.org/[A-Za-z0-9/%:@+,=~?&#._-]*", url) for _, url, _ in found)


@pytest.mark.parametrize(
    ("path", "category"),
    [
        ("catalogue/stable_diffusion.json", IMAGE),
        ("catalogue-v2/stable_diffusion.json", IMAGE),
        ("catalogue/models.csv", TEXT),
        ("catalogue/db.json", TEXT),
    ],
)
def test_every_real_model_has_a_link(path: str, category: MODEL_REFERENCE_CATEGORY, shared_data: Path) -> None:
    if not (shared_data / path).is_file():
        pytest.skip(f"no {path}")
    catalogue = read_catalogue((shared_data / path).read_bytes(), category, path)
    found = {name: model_links(record, category) for name, record in catalogue.records.items()}
    without = [name for name, given in found.items() if not given]
    assert not without
    if category is TEXT:
        pages = sum(any(link.kind is LinkKind.HUGGING_FACE for link in given) for given in found.values())
        assert pages / len(found) > 0.95
