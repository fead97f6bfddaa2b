"""The difference between two versions, record by record."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import TEXT
from tests.support.reviews import address_of, change, image_file, image_record, text_file, text_row


def test_added_removed_and_changed_records_are_told_apart() -> None:
    found = change(
        image_file(["Stays", "Goes", "Changes"]), image_file({"Stays": {}, "Changes": {"nsfw": True}, "Comes": {}})
    )
    assert [record.name for record in found.added] == ["Comes"]
    assert [record.name for record in found.removed] == ["Goes"]
    assert [(pair.after.name, pair.fields()) for pair in found.changed] == [("Changes", ["nsfw"])]
    assert [record.name for record in found.touched] == ["Changes", "Comes"]


def test_other_blanks_and_another_order_of_keys_change_nothing() -> None:
    before = image_file(["One"])
    after = (
        b'{"One":'
        + str(dict(reversed(image_record("One").items()))).replace("'", '"').replace("False", "false").encode()
        + b"}"
    )
    found = change(before, after)
    assert (found.touched, found.changed) == ((), ())


def test_a_rename_is_recognised_by_the_hash_of_a_file() -> None:
    same = image_record("Old")["config"]
    moved = {"config": same | {"download": [same["download"][0] | {"file_url": address_of("elsewhere")}]}}
    found = change(image_file(["Old", "Other"]), image_file({"New": moved, "Other": {}}))
    assert [(pair.before.name, pair.after.name) for pair in found.renamed] == [("Old", "New")]
    assert (found.added, found.removed) == ((), ())
    assert [record.name for record in found.new_names] == ["New"]
    assert [record.name for record in found.gone_names] == ["Old"]
    assert found.predecessors["New"].name == "Old"


def test_a_rename_is_recognised_by_the_address() -> None:
    before, after = text_row("a/One-7B"), ("a/One-7B-v2", *text_row("a/One-7B")[1:])
    found = change(text_file(before), text_file(after), TEXT)
    assert [(pair.before.name, pair.after.name) for pair in found.renamed] == [("a/One-7B", "a/One-7B-v2")]


def test_a_file_that_a_third_record_shares_tells_no_rename() -> None:
    shared = {"config": image_record("Old")["config"]}
    found = change(image_file({"Old": {}, "Third": shared}), image_file({"New": shared, "Third": shared}))
    assert found.renamed == ()
    assert [record.name for record in found.removed] == ["Old"]


def test_a_record_that_is_malformed_now_is_not_removed() -> None:
    found = change(image_file(["One"]), b'{"One": 3, "Two": {"name": "Two"}}')
    assert [record.name for record in found.removed] == []
    assert [record.name for record in found.touched] == ["One", "Two"]


def test_a_record_that_was_malformed_is_not_added() -> None:
    assert change(b'{"One": 3}', image_file(["One"])).added == ()


def test_without_a_readable_base_every_record_counts_as_added() -> None:
    for before in (None, b"{"):
        assert [record.name for record in change(before, image_file(["One"])).added] == ["One"]


def test_without_a_readable_head_nothing_is_known_to_have_changed() -> None:
    for after in (None, b"{"):
        found = change(image_file(["One"]), after)
        assert (found.added, found.removed, found.changed, found.touched) == ((), (), (), ())


NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(NAMES, NAMES)
def test_every_name_is_added_removed_renamed_or_stays(before: list[str], after: list[str]) -> None:
    found = change(image_file(before) if before else b"{}", image_file(after) if after else b"{}")
    new = {record.name for record in found.new_names}
    gone = {record.name for record in found.gone_names}
    assert new == set(after) - set(before)
    assert gone == set(before) - set(after)
    assert not found.renamed  # Sound records of different names share no file.
