"""Policies as TOML files: read within bounds, and written so that the same policy is read back."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.curation.policy import OnRemoval, Policy
from horde_model_reference.curation.policy_files import load_policy, read_policy, show_policy
from horde_model_reference.errors import PolicyError
from tests.curation.test_policy import DEFAULTS, SECTIONS
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="No such file"):
        load_policy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("# é".encode("latin-1"))
    with pytest.raises(PolicyError, match="UTF-8"):
        load_policy(tmp_path / "latin.toml")
    assert load_policy(None) == Policy()


def test_a_byte_order_mark_comes_before_a_policy_as_well(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b'\xef\xbb\xbf[protect]\r\nnames = ["Kept Model"]\r\n')
    assert [entry.pattern for entry in load_policy(tmp_path / "p.toml").protect.names] == ["Kept Model"]


def test_a_file_that_is_too_long_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.toml"
    with path.open("wb") as file:
        file.truncate(2**40)  # of which nothing is on the disk
    with pytest.raises(PolicyError, match="longer than"):
        load_policy(path)


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    list(HOSTILE_NAMES.values())
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    counts = st.integers(0, 10**9)
    shares = st.floats(0, 100) | st.integers(0, 100)

    def protections(word: str) -> st.SearchStrategy[list[Any]]:
        tables = st.fixed_dictionaries({word: texts}, optional={"reason": texts, "until": st.dates()})
        return st.lists(texts | tables, max_size=3)

    keys: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "candidates": {
            "month_usage_below": counts,
            "min_age_days": counts,
            "unused_for_days": counts,
            "risk_levels": st.lists(st.sampled_from(list(RiskLevel))),
        },
        "protect": {
            "names": protections("name"),
            "globs": protections("glob"),
            "top_by_month_usage": counts,
            "last_of_its_kind": st.booleans(),
            "with_queued_jobs": st.booleans(),
            "seasonal": st.booleans(),
            "min_worker_threads": counts,
        },
        "styles": {"on_removal": st.sampled_from(list(OnRemoval))},
        "limits": {"max_models": counts, "max_share_of_models": shares, "max_share_of_month_usage": shares},
    }
    return Policy.model_validate(
        {section: draw(st.fixed_dictionaries({}, optional=within)) for section, within in keys.items()}
    )


class TestShowing:
    @given(policies())
    def test_what_is_shown_is_the_policy(self, policy: Policy) -> None:
        """Rule 13: and it is inert."""
        shown = show_policy(policy)
        assert read_policy(shown, "shown") == policy
        assert read_policy(shown, "shown").digest() == policy.digest()
        assert Policy.model_validate_json(policy.model_dump_json()) == policy
        assert not ACTIVE.search(shown.replace("\n", ""))

    def test_every_key_stands_there_with_its_unit_and_sentence(self) -> None:
        shown = show_policy(Policy())
        told = tomllib.loads(shown)
        assert {f"{section}.{key}" for section, keys in told.items() for key in keys} >= set(DEFAULTS)
        for section in SECTIONS.values():
            for key, field in section.model_fields.items():
                extra = field.json_schema_extra
                assert isinstance(extra, dict)
                assert f"# {field.description} ({extra['unit']})\n{key} = " in shown
