"""The pages and files of a model on the web, as addresses that may be shown as links.

Records are hostile (rule 13): an address becomes a link only if it is http(s), has a plain host and no user, and it is
percent-encoded so that it acts neither in HTML nor in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from urllib.parse import SplitResult, quote, urlsplit

from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.escaping import visible
from horde_model_reference.hosts import host_of
from horde_model_reference.name_parts import BACKENDS

LONGEST_ADDRESS = 2000
"""Characters of an address that every browser takes."""


class LinkKind(StrEnum):
    """The kinds of links."""

    HOMEPAGE = "homepage"
    HUGGING_FACE = "hugging_face"
    CIVITAI = "civitai"
    FILE = "file"


class LinkSource(StrEnum):
    """The origin of an address: as a record gives it, or in a form that follows from a name or a download."""

    RECORD = "record"
    NAME = "name"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class ModelLink:
    """An address of a model that may be shown as a link.

    Attributes:
        kind: The kind of page or file behind it.
        url: The address, percent-encoded.
        source: Its origin.
    """

    kind: LinkKind
    url: str
    source: LinkSource


def model_links(record: ModelRecord, category: MODEL_REFERENCE_CATEGORY) -> tuple[ModelLink, ...]:
    """Return the links of a model, each address once: its pages, then its files.

    Addresses in a well-known form are left out where the record itself gives a page on that site.
    """
    given = tuple(_given_pages(record))
    sites = {link.kind for link in given}
    derived = (link for link in _derived_pages(record, category) if link.kind not in sites)
    found: dict[str, ModelLink] = {}
    for link in chain(given, derived, _files(record)):
        found.setdefault(link.url, link)
    return tuple(found.values())


_PAGE_KEYS = ("homepage", "url")
_SITES = {"huggingface.co": LinkKind.HUGGING_FACE, "civitai.com": LinkKind.CIVITAI}


def _given_pages(record: ModelRecord) -> Iterator[ModelLink]:
    for key in _PAGE_KEYS:
        url = web_address((record.model_extra or {}).get(key))
        if url is not None:
            host = urlsplit(url).hostname or ""
            yield ModelLink(_SITES.get(host, LinkKind.HOMEPAGE), url, LinkSource.RECORD)


_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_REPOSITORY = re.compile(rf"({_PART})/{_PART}")
_CIVITAI_DOWNLOAD = re.compile(r"https?://civitai\.com/api/download/models/([0-9]{1,20})\b")


def _derived_pages(record: ModelRecord, category: MODEL_REFERENCE_CATEGORY) -> Iterator[ModelLink]:
    repository = _REPOSITORY.fullmatch(record.name)
    if has_families(category) and repository and repository[1].lower() not in BACKENDS:
        yield ModelLink(LinkKind.HUGGING_FACE, f"https://huggingface.co/{record.name}", LinkSource.NAME)
    for download in record.config.download:
        version = _CIVITAI_DOWNLOAD.match(download.file_url)
        if version:
            page = f"https://civitai.com/model-versions/{version[1]}"
            yield ModelLink(LinkKind.CIVITAI, page, LinkSource.DOWNLOAD)


def _files(record: ModelRecord) -> Iterator[ModelLink]:
    for download in record.config.download:
        url = web_address(download.file_url)
        if url is not None:
            yield ModelLink(LinkKind.FILE, url, LinkSource.RECORD)


_HOST = re.compile(r"[a-z0-9.-]+")
"""Hosts of links; an underscore, which Markdown reads, is in no host name that people use."""


def web_address(address: object) -> str | None:
    """Return an address that may be made a link, percent-encoded; None for anything else.

    >>> web_address("https://example.org/a model|<b>.bin")
    'https://example.org/a%20model%7C%3Cb%3E.bin'
    """
    if not isinstance(address, str) or len(address) > LONGEST_ADDRESS:
        return None
    text = address.strip()
    host = host_of(text)
    if host is None or not _HOST.fullmatch(host) or visible(text) != text:
        return None
    parts = urlsplit(text)
    port = _port(parts)
    return None if port is None else _encoded(parts._replace(netloc=host + port))


def _port(parts: SplitResult) -> str | None:
    """Return the port with its colon, empty where there is none; None for an authority with a user or a bad port."""
    try:
        port = parts.port
    except ValueError:
        return None
    if "@" in parts.netloc:
        return None
    return "" if port is None else f":{port}"


def _encoded(parts: SplitResult) -> str:
    """Return an address in which all is encoded that could act: quotes, brackets, bars, entities, blanks."""
    path = quote(parts.path, safe="/%:@+,=~")
    query, fragment = (quote(part, safe="/%:@+,=~?&") for part in (parts.query, parts.fragment))
    return parts._replace(path=path, query=query, fragment=fragment).geturl()
