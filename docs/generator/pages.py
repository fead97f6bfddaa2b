"""The generated parts and files of the documentation, and the functions that write them."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path

from docs.generator import analysis, api, curation, examples, reference, review, sample
from docs.generator.markup import fenced, fill
from docs.generator.picture import report_svg

EXAMPLES: dict[str, str] = {
    "report": "deletion-risk image_generation --demo --limit 5",
    "families": "deletion-risk text_generation --demo --group-text-models --limit 4",
    "markdown": "deletion-risk image_generation --demo --preset critical --limit 3 --format markdown",
    "csv": "deletion-risk image_generation --demo --preset no_workers --limit 2 --format csv",
    "explain": "explain image_generation 'Umbra Noir' --demo",
    "tutorial-report": "deletion-risk image_generation --demo --limit 8",
    "tutorial-explain": "explain image_generation 'Vaporline Retro' --demo",
    "marks": "marks --demo",
    "changes": "changes image_generation --since 60d --demo",
    "tutorial-changes": "changes image_generation --since 90d --demo",
    "sync": "sync image_generation text_generation --demo",
}
"""Commands whose output is shown."""


def _example(command: str) -> str:
    return fenced("console", f"$ {sample.COMMAND} {command}\n{sample.output_of(shlex.split(command))}")


PARTS: dict[str, Callable[[], str]] = {
    "columns": analysis.columns,
    "flags": analysis.flags,
    "levels": analysis.levels,
    "presets": analysis.presets,
    "thresholds": analysis.thresholds,
    "backends": analysis.backends,
    "name-endings": analysis.name_endings,
    "leading-words": analysis.leading_words,
    "other-weights": analysis.other_weights,
    "joined-names": analysis.joined_names,
    "paths": analysis.paths,
    "family-parts": analysis.family_parts,
    "base-names": analysis.base_name_examples,
    "attribution-of-one-model": analysis.attribution_of_one_model,
    "attribution-of-other-names": analysis.attribution_of_other_names,
    "attribution-totals": analysis.attribution_totals,
    "family-sums": analysis.sums_of_families,
    "settings": reference.settings,
    "sources": reference.sources,
    "errors": reference.error_tree,
    "commands": reference.commands,
    "categories": reference.categories,
    "public-names": reference.public_names,
    "routes": api.routes,
    "parameters": api.parameters,
    "schemas": api.schemas,
    "example-answer": api.example_answer,
    "example-detail": api.example_detail,
    "metrics": api.metrics,
    "policy": curation.policy,
    "verdicts": curation.verdicts,
    "reasons": curation.reasons,
    "removal-codes": curation.removal_codes,
    "review-rules": review.rules,
    "review-fields": review.fields,
    "example-review": review.example,
    "link-outcomes": review.link_outcomes,
    "mark-keys": curation.mark_keys,
    "mark-states": curation.mark_states,
    "change-kinds": curation.change_kinds,
    "example-plan": curation.plan_and_apply,
    "example-due-plan": curation.due_plan_and_apply,
    "example-plan-markdown": curation.plan_markdown,
    "example-patch": curation.patch,
    **{f"example-{name}": partial(_example, command) for name, command in EXAMPLES.items()},
}

FILES: dict[str, Callable[[], str]] = {
    "docs/images/report.svg": report_svg,
    "docs/example.env": reference.example_env,
    "src/horde_model_reference/service/examples.json": examples.bodies,
}


def pages(root: Path) -> list[Path]:
    """Return all pages of the documentation."""
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]


def rendered(root: Path) -> dict[Path, str]:
    """Return every page and generated file as it should be now."""
    filled = {page: fill(page.read_text(encoding="utf-8"), PARTS) for page in pages(root)}
    return filled | {root / name: write() for name, write in FILES.items()}
