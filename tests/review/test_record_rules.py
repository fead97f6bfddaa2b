"""Rules about the fields and files of records that a change touches."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.review import record_rules
from horde_model_reference.review.rule import Finding, Rule
from tests.support.builders import TEXT
from tests.support.reviews import address_of, facts, found_by, image_file, image_record, text_file, text_row


def of_new_image(rule: Rule, **fields: Any) -> list[Finding]:
    return found_by(rule, facts(image_file(["Old"]), image_file({"Old": {}, "New": fields})))


def of_new_text(rule: Rule, *row: str) -> list[Finding]:
    old = text_row("a/Old-7B")
    return found_by(rule, facts(text_file(old), text_file(old, row), TEXT))


def downloading(address: str, digest: str | None = "ab") -> dict[str, Any]:
    return {"config": {"download": [{"file_name": "a.safetensors", "file_url": address, "sha256sum": digest}]}}


ALL = (
    record_rules.field_missing,
    record_rules.size_unknown,
    record_rules.download_missing,
    record_rules.address_unusable,
    record_rules.hash_missing,
    record_rules.host_not_preferred,
    record_rules.same_hash,
    record_rules.same_address,
    record_rules.files_changed,
    record_rules.kind_crowded,
)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.code)
def test_nothing_speaks_against_a_sound_record(rule: Rule) -> None:
    assert of_new_image(rule) == []
    assert of_new_text(rule, *text_row("b/New-7B")) == []


def test_missing_fields_are_named() -> None:
    (found,) = of_new_image(record_rules.field_missing, description="", baseline=None)
    assert (found.record, found.sentence) == ("New", "It lacks: baseline, description.")
    (found,) = of_new_text(record_rules.field_missing, "b/New-7B", "7")
    assert found.sentence == "It lacks: url."


def test_an_unknown_size_is_told() -> None:
    assert len(of_new_image(record_rules.size_unknown, size_on_disk_bytes=None)) == 1
    assert len(of_new_text(record_rules.size_unknown, "b/New", "0")) == 1


@pytest.mark.parametrize("address", ["", "ftp://huggingface.co/a", "not an address"])
def test_a_record_without_a_usable_address_has_no_download(address: str) -> None:
    assert len(of_new_image(record_rules.download_missing, **downloading(address))) == 1


@pytest.mark.parametrize("address", ["https://user:secret@huggingface.co/a", "ftp://huggingface.co/a", "https://"])
def test_unusable_addresses_are_told(address: str) -> None:
    assert len(of_new_image(record_rules.address_unusable, **downloading(address))) == 1


@pytest.mark.parametrize("digest", [None, "", " "])
def test_a_file_without_hash_is_told(digest: str | None) -> None:
    (found,) = of_new_image(record_rules.hash_missing, **downloading(address_of("New"), digest))
    assert "'a.safetensors'" in found.sentence


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://huggingface.co/a", 0),
        ("https://cdn.huggingface.co/a", 0),
        ("https://nothuggingface.co/a", 1),
        ("https://files.example/a", 1),
    ],
)
def test_hosts_are_preferred_with_their_subdomains(address: str, told: int) -> None:
    assert len(of_new_image(record_rules.host_not_preferred, **downloading(address))) == told


def test_the_hash_of_another_record_is_told_once_for_both() -> None:
    same = downloading(address_of("elsewhere"), image_record("Old")["config"]["files"][0]["sha256sum"].upper())
    (found,) = of_new_image(record_rules.same_hash, **same)
    assert (found.record, found.sentence) == ("New", "A file has the same hash in: 'Old', 'New'.")


def test_the_address_of_another_record_is_told() -> None:
    (found,) = of_new_image(record_rules.same_address, **downloading(address_of("Old")))
    assert "'Old', 'New'" in found.sentence
    (found,) = of_new_text(record_rules.same_address, "b/New-7B", "7", text_row("a/Old-7B")[2])
    assert found.record == "b/New-7B"


def test_records_that_shared_a_file_before_are_not_told_again() -> None:
    shared = downloading(address_of("Old"))
    before = image_file({"Old": {}, "Twin": shared})
    after = image_file({"Old": {}, "Twin": shared | {"nsfw": True}})
    assert found_by(record_rules.same_address, facts(before, after)) == []


def test_a_renamed_record_shares_no_file_with_its_old_self() -> None:
    found = facts(
        image_file(["Old", "Other"]), image_file({"New": {"config": image_record("Old")["config"]}, "Other": {}})
    )
    assert found.change.renamed
    assert found_by(record_rules.same_hash, found) == []


def test_other_files_of_a_record_that_stays_are_told() -> None:
    after = image_file({"Old": downloading(address_of("Old"), "cd")})
    (found,) = found_by(record_rules.files_changed, facts(image_file(["Old"]), after))
    assert found.record == "Old"


def test_a_kind_with_many_models_is_crowded() -> None:
    names = [f"model {at}" for at in range(record_rules.CROWD)]
    (found,) = found_by(record_rules.kind_crowded, facts(image_file(names), image_file([*names, "New"])))
    assert found.sentence == "The catalogue has 20 other models that are stable_diffusion_xl, generalist."
    one_less = facts(image_file(names[1:]), image_file([*names[1:], "New"]))
    assert found_by(record_rules.kind_crowded, one_less) == []
