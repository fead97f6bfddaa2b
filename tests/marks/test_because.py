"""The reasons of curators (design section 8): a code, a detail, and one line for anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from horde_model_reference.errors import UsageError
from horde_model_reference.marks.because import CODES, Because, RemovalCode, removals_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES

DETAILED = [code for code, traits in CODES.items() if traits.detail]


def test_the_codes_are_those_of_the_design_and_each_has_its_meaning() -> None:
    assert " ".join(RemovalCode) == (
        "low_use superseded_by renamed_to moved broken licence withdrawn dead_download premature too_large other"
    )
    assert list(CODES) == list(RemovalCode)
    assert all(traits.meaning.endswith(".") for traits in CODES.values())


@pytest.mark.parametrize(
    ("text", "name", "code", "detail"),
    [
        ("a=broken", "a", "broken", ""),
        ("a=broken:", "a", "broken", ""),
        ("a=broken: black images = only ", "a", "broken", "black images = only"),
        ("a=b=low_use:x:y", "a=b", "low_use", "x:y"),
        ("a=moved:to=broken", "a", "moved", "to=broken"),
        ("==other:x", "=", "other", "x"),
        ("a\nb=licence", "a\nb", "licence", ""),
        ("a=other:\udcff\x1b", "a", "other", "\\udcff\\x1b"),
    ],
)
def test_a_name_ends_where_a_code_begins(text: str, name: str, code: str, detail: str) -> None:
    assert removals_of([text]) == {name: Because(code=RemovalCode(code), detail=detail)}


@pytest.mark.parametrize(
    "text", ["", "a", "a=", "=broken", "a=brokn", "a=broken,x", "a=Broken", "a broken", "a=low use"]
)
def test_another_form_is_one_line_with_the_codes(text: str) -> None:
    with pytest.raises(UsageError, match=r"NAME=CODE\[:DETAIL\]") as refused:
        removals_of([text])
    assert "\n" not in refused.value.message
    assert all(code in refused.value.hint for code in RemovalCode)


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_a_hostile_value_is_inert_in_its_refusal(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        removals_of([name])
    assert not ACTIVE.search(refused.value.message)


@pytest.mark.parametrize("code", DETAILED)
@pytest.mark.parametrize("end", ["", ":", ":  "])
def test_a_code_that_says_nothing_by_itself_needs_a_detail(code: RemovalCode, end: str) -> None:
    with pytest.raises(UsageError, match=f"{code.value} needs a detail: {CODES[code].detail}") as refused:
        removals_of([f"a={code.value}{end}"])
    assert refused.value.hint == f"--remove NAME={code.value}:DETAIL"
    with pytest.raises(ValidationError, match="needs a detail"):
        Because(code=code, detail=end.strip(":"))


def test_a_name_has_one_reason() -> None:
    with pytest.raises(UsageError, match="'a' has a reason already"):
        removals_of(["a=broken", "b=broken", "a=licence"])


def test_the_detail_has_a_bound() -> None:
    assert len(removals_of([f"a=broken:{'x' * 1000}"])["a"].detail) == 1000
    with pytest.raises(UsageError, match="more than 1,000 characters"):
        removals_of([f"a=broken:{'x' * 1001}"])


@given(st.sampled_from(RemovalCode), st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20))
def test_the_text_of_a_reason_is_read_back(code: RemovalCode, detail: str) -> None:
    because = Because(code=code, detail=detail)
    assert removals_of([f"name={because.text()}"]) == {"name": because}
