"""The rules of a review, its fields, and a review of a change of the sample."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from docs.generator import sample
from docs.generator.markup import code, fenced, table

from horde_model_reference.curation.catalogue_files import remove_records
from horde_model_reference.demo import DATA
from horde_model_reference.links.link import OUTCOMES
from horde_model_reference.review.review_schema import Review
from horde_model_reference.review.rules import RULES

REVIEW = "review image_generation before.json after.json --demo --format markdown"
CHANGED = "Umbra Noir"
ADDED = "Umbra Noir 2"


def rules() -> str:
    """Return every rule."""
    rows = [(code(rule.code), rule.severity.value, rule.meaning) for rule in RULES]
    return table(("code", "severity", "meaning"), rows)


def fields() -> str:
    """Return every field of the JSON."""
    rows = [(code(name), field.description or "") for name, field in Review.model_fields.items()]
    return table(("field", "meaning"), rows)


def link_outcomes() -> str:
    """Return every outcome of asking for a link."""
    return table(("outcome", "meaning"), [(code(outcome.value), meaning) for outcome, meaning in OUTCOMES.items()])


def example() -> str:
    """Return the review of a change in which one model of the sample is removed, and another one added."""
    before = (DATA / sample.CATALOGUE).read_bytes()
    records = json.loads(remove_records(before, [CHANGED], sample.CATALOGUE))
    new = json.loads(before)["Saltmarsh Landscapes XL"] | {"name": ADDED, "description": ""}
    with sample.workplace() as folder:
        Path(folder, "before.json").write_bytes(before)
        Path(folder, "after.json").write_text(json.dumps(records | {ADDED: new}, indent=4), encoding="utf-8")
        shown = sample.output_of(shlex.split(REVIEW))
    return fenced("markdown", shown)
