"""The companions of a plan in its repository (design section 9)."""

from __future__ import annotations

from pathlib import Path

from horde_model_reference.curation.companions import companions_of, companions_without_clone, most_used
from horde_model_reference.curation.repository_profiles import repository_profile
from tests.support.builders import IMAGE, TEXT
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
    told = companions.info(plan)
    assert (told.showcases, told.showcases_missing) == (["showcase/subject/1.webp"], ["showcase/subject/2.webp"])
    assert told.generated_out_of_step is None


def test_without_a_clone_a_plan_tells_what_the_records_and_the_profile_say() -> None:
    shared = SHOWN.replace("subject/1", "both/1")
    records = {SUBJECT: {"showcases": [SHOWN, shared]}, "kept": {"showcases": [shared]}}
    facts = facts_of(CROWD | {SUBJECT: 0, "kept": 5}, records=records)
    told = plan_of(facts, select=[SUBJECT]).companions
    assert told is not None
    assert (told.showcases, told.showcases_shared) == (["showcase/subject/1.webp"], ["showcase/both/1.webp"])
    assert (told.showcases_missing, told.generated_out_of_step, told.generated) == (None, None, None)
    assert (told.dates, told.second_commit) == ("model_mod_data.json", "python scripts/date_info.py")
    assert any("ready-for-review" in step for step in told.checklist)
    assert not any("needs a vote" in step for step in told.checklist)


def test_a_plan_that_removes_nothing_has_no_companions() -> None:
    facts = facts_of(CROWD)
    plan = plan_of(facts)
    assert plan.companions is companions_without_clone(plan, facts.catalogue.records) is None


def test_the_companion_of_text_models_is_the_generated_file() -> None:
    facts = facts_of({f"a/{name}": use for name, use in CROWD.items()} | {"b/x": 0}, category=TEXT)
    told = plan_of(facts, select=["b/x"]).companions
    assert told is not None
    assert (told.generated, told.dates, told.second_commit, told.showcases) == ("db.json", None, None, [])
    assert any("db.json" in step for step in told.checklist)
