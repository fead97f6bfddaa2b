"""The companions of a plan in its repository (design section 9)."""

from __future__ import annotations

from pathlib import Path

from horde_model_reference.curation.companions import companions_of, most_used
from horde_model_reference.curation.repository_profiles import repository_profile
from tests.support.builders import IMAGE
from tests.support.curation import CROWD, SUBJECT, UNLIMITED, facts_of, plan_of
from tests.support.git import new_repository

SHOWN = "https://raw.example/owner/repository/main/showcase/subject/1.webp"


def test_a_removed_model_of_the_ten_most_used_needs_a_vote() -> None:
    facts = facts_of(CROWD | {SUBJECT: 1})
    tenth, eleventh = sorted(CROWD, key=lambda name: -CROWD[name])[9:11]
    overrides = {tenth: "by vote", eleventh: "superseded"}
    plan = plan_of(facts, UNLIMITED, select=[tenth, eleventh, SUBJECT], overrides=overrides)
    assert most_used(plan) == [tenth]


def test_the_patch_deletes_tracked_showcases_only(tmp_path: Path) -> None:
    facts = facts_of(CROWD | {SUBJECT: 0}, records={SUBJECT: {"showcases": [SHOWN, SHOWN.replace("1.", "2.")]}})
    plan = plan_of(facts, select=[SUBJECT])
    clone = new_repository(tmp_path / "clone", {"showcase/subject/1.webp": b"\0", "stable_diffusion.json": b"{}"})
    (clone / "showcase" / "subject" / "2.webp").write_bytes(b"not tracked")
    companions = companions_of(plan, facts.catalogue.records, repository_profile(IMAGE), clone)
    assert [file.path for file in companions.deleted] == ["showcase/subject/1.webp"]
    assert companions.showcases.missing == ("showcase/subject/2.webp",)
    assert "deleted file mode 100644" in companions.deletions()
    assert "Showcase files that the clone lacks: `showcase/subject/2.webp`" in companions.markdown(plan)
