"""Versions of catalogues, and reviews of their differences, told in as few words as a test needs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.review.change import Change, compare
from horde_model_reference.review.facts import ReviewFacts
from horde_model_reference.review.review_schema import Review
from horde_model_reference.review.reviewing import make_review
from horde_model_reference.review.rule import Finding, Rule
from horde_model_reference.review.version import Version, read_version
from tests.support.builders import IMAGE, TEXT

COLUMNS = ("name", "parameters_bn", "url", "style")


def image_record(name: str, **fields: Any) -> dict[str, Any]:
    """A legacy image record against which no rule speaks, but for the fields that are given."""
    digest = name.encode().hex().ljust(64, "0")[:64]
    file = f"{name}.safetensors"
    return {
        "name": name,
        "baseline": "stable_diffusion_xl",
        "type": "ckpt",
        "description": "A model.",
        "version": "1",
        "style": "generalist",
        "nsfw": False,
        "config": {
            "files": [{"path": file, "sha256sum": digest}],
            "download": [{"file_name": file, "file_path": "", "file_url": address_of(name)}],
        },
        "size_on_disk_bytes": 2**31,
    } | fields


def address_of(name: str) -> str:
    """The address of a model's file."""
    return f"https://huggingface.co/some/{name.replace(' ', '_')}.safetensors"


def image_file(records: Mapping[str, Mapping[str, Any]] | Iterable[str]) -> bytes:
    """A catalogue file of image models; names alone become sound records."""
    given = records if isinstance(records, Mapping) else {name: {} for name in records}
    return json.dumps({name: image_record(name, **fields) for name, fields in given.items()}, indent=4).encode()


def text_file(*rows: tuple[str, ...]) -> bytes:
    """A ``models.csv`` of these rows: name, billions of weights, address, style."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *(row + ("",) * (len(COLUMNS) - len(row)) for row in rows)])
    return text.getvalue().encode()


def text_row(name: str, billions: str = "7") -> tuple[str, ...]:
    """A row against which no rule speaks."""
    return name, billions, f"https://huggingface.co/{name}"


def version(content: bytes | None, category: MODEL_REFERENCE_CATEGORY = IMAGE) -> Version:
    """A version of a catalogue file."""
    return read_version(content, category, "models.csv" if category is TEXT else "stable_diffusion.json")


def change(before: bytes | None, after: bytes | None, category: MODEL_REFERENCE_CATEGORY = IMAGE) -> Change:
    """The difference between two versions."""
    return compare(version(before, category), version(after, category))


def facts(
    before: bytes | None, after: bytes | None, category: MODEL_REFERENCE_CATEGORY = IMAGE, **more: Any
) -> ReviewFacts:
    """The inputs of a review of two versions."""
    plain = ReviewFacts(change(before, after, category), preferred_hosts=("huggingface.co",))
    return replace(plain, **more)


def found_by(rule: Rule, given: ReviewFacts) -> list[Finding]:
    """The findings of a rule."""
    return list(rule.findings(given))


def reviewed(given: ReviewFacts) -> Review:
    """The review of these inputs."""
    return make_review(given, "before", "after")


def codes(made: Review) -> list[str]:
    """The codes of a review's findings."""
    return [found.code for found in made.findings]
