"""The policy file: its keys, its faults, and how it is shown."""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.curation.policy import OnRemoval, Policy, load_policy, read_policy, show_policy
from horde_model_reference.errors import PolicyError
from tests.support.curation import policy_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES

DAY = date(2026, 11, 24)
SECTIONS = {name: type(section) for name, section in Policy()}

DEFAULTS: dict[str, Any] = {
    "candidates.month_usage_below": 200,
    "candidates.min_age_days": 90,
    "candidates.risk_levels": (RiskLevel.CRITICAL, RiskLevel.HIGH, RiskLevel.MEDIUM),
    "protect.names": (),
    "protect.globs": (),
    "protect.top_by_month_usage": 10,
    "protect.last_of_its_kind": True,
    "protect.with_queued_jobs": True,
    "protect.min_worker_threads": 0,
    "styles.on_removal": OnRemoval.PROTECT,
    "removal.reasons": (),
    "limits.max_models": 10,
    "limits.max_share_of_models": 10.0,
    "limits.max_share_of_month_usage": 1.0,
}


def value_of(policy: BaseModel, key: str) -> Any:
    section, _, name = key.partition(".")
    return getattr(getattr(policy, section), name)


@pytest.mark.parametrize(("key", "value"), DEFAULTS.items())
def test_the_defaults(key: str, value: object) -> None:
    assert value_of(Policy(), key) == value
    assert value_of(read_policy("", "empty"), key) == value


def test_what_is_optional_is_off() -> None:
    """But for what protects."""
    for key in ("unused_for_days", "falling_for_days", "min_history_days"):
        assert value_of(Policy(), f"candidates.{key}") == 0
    assert (Policy().protect.rising, Policy().protect.seasonal) == (True, True)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_has_a_unit_and_a_sentence(section: str) -> None:
    for key, field in SECTIONS[section].model_fields.items():
        extra = field.json_schema_extra
        assert isinstance(extra, dict), key
        assert extra["unit"], key
        assert str(field.description).endswith("."), key
        assert not field.is_required(), key


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[candidates]\nmonth_usage_under = 3", ["candidates.month_usage_under", "no such key"]),
        ("[limit]\n", ["limit", "no such key"]),
        ("x = 1", ["x", "no such key"]),
        ('[protect]\nnames = [{name = "a", because = "b"}]', ["protect.names.0.because", "no such key"]),
        ('[protect]\nnames = [{reason = "b"}]', ["protect.names.0.name"]),
        ('[protect]\nglobs = ["ok", ""]', ["protect.globs.1.glob"]),
        ('[protect]\nglobs = [{name = "a"}]', ["protect.globs.0"]),
        ('[protect]\nnames = "a"', ["protect.names"]),
        ("[protect]\nnames = [3]", ["protect.names.0"]),
        ('[protect]\nnames = [{name = "a", until = "soon"}]', ["protect.names.0.until"]),
        ("[candidates]\nmonth_usage_below = -1", ["candidates.month_usage_below"]),
        ('[candidates]\nmonth_usage_below = "200"', ["candidates.month_usage_below"]),
        ("[candidates]\nmin_age_days = 1.5", ["candidates.min_age_days"]),
        ("[candidates]\nmin_age_days = true", ["candidates.min_age_days"]),
        ('[candidates]\nrisk_levels = ["grave"]', ["candidates.risk_levels.0", "critical"]),
        ('[candidates]\nrisk_levels = "high"', ["candidates.risk_levels"]),
        ('[removal]\nreasons = [{name = "a", code = "dull"}]', ["removal.reasons.0.code", "'broken'"]),
        ('[removal]\nreasons = [{name = "a", code = "other"}]', ["removal.reasons.0", "needs a detail"]),
        ('[removal]\nreasons = [{code = "broken"}]', ["removal.reasons.0.name"]),
        (
            '[removal]\nreasons = [{name = "a", code = "broken"}, {name = "a", code = "licence"}]',
            ["removal.reasons", "'a' has more than one reason"],
        ),
        ('[styles]\non_removal = "keep"', ["styles.on_removal", "'repoint'"]),
        ("[styles]\non_removal = true", ["styles.on_removal"]),
        ("[protect]\nwith_queued_jobs = 1", ["protect.with_queued_jobs"]),
        ("[limits]\nmax_share_of_models = 101", ["limits.max_share_of_models"]),
        ("[limits]\nmax_share_of_month_usage = nan", ["limits.max_share_of_month_usage"]),
        ("[limits]\nmax_share_of_month_usage = inf", ["limits.max_share_of_month_usage"]),
        ("limits = 3", ["limits"]),
        ("[limits\nmax_models = 1", ["line 1"]),
        ("[limits]\nmax_models = 1\nmax_models = 2\n", ["line 3"]),
    ],
)
def test_what_has_no_sense_names_the_key(text: str, words: list[str]) -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy(text, "p.toml")
    assert refused.value.message.startswith("p.toml: ")
    assert all(word in refused.value.message for word in words), refused.value.message


@pytest.mark.parametrize("value", ["true", "false"])
def test_the_old_key_for_styles_is_refused_with_the_new_one(value: str) -> None:
    with pytest.raises(PolicyError, match=r"p\.toml: protect\.named_by_styles: no such key") as refused:
        read_policy(f"[protect]\nnamed_by_styles = {value}\n", "p.toml")
    assert "styles.on_removal" in refused.value.hint


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="No such file"):
        load_policy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("# é".encode("latin-1"))
    with pytest.raises(PolicyError, match="UTF-8"):
        load_policy(tmp_path / "latin.toml")
    assert load_policy(None) == Policy()


def protecting(policy: Policy, name: str, day: date = DAY) -> list[str]:
    """The names and patterns of a policy that protect a model on a day."""
    return [entry.pattern for found in policy.matches([name], day).values() for entry, protected in found if protected]


def test_a_byte_order_mark_comes_before_a_policy_as_well(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b'\xef\xbb\xbf[protect]\r\nnames = ["Kept Model"]\r\n')
    assert [entry.pattern for entry in load_policy(tmp_path / "p.toml").protect.names] == ["Kept Model"]


class TestProtections:
    @pytest.mark.parametrize(
        ("entry", "name", "protected"),
        [
            ("a*", "abc", True),
            ("a*", "Abc", False),
            ("a?c", "abc", True),
            ("[ab]c", "bc", True),
            ("[!ab]c", "bc", False),
            ("*/*-70B", "some/model-70B", True),
            ("a*", "a\nb", True),
        ],
    )
    def test_patterns(self, entry: str, name: str, protected: bool) -> None:
        assert bool(protecting(policy_of({"protect": {"globs": [entry]}}), name)) is protected

    def test_a_name_is_no_pattern(self) -> None:
        policy = policy_of({"protect": {"names": ["a*", "Monolith [Ultra] XL"]}})
        assert not protecting(policy, "abc")
        assert protecting(policy, "Monolith [Ultra] XL")

    @pytest.mark.parametrize(("days", "holds"), [(-1, True), (0, True), (1, False)])
    def test_the_last_day_counts(self, days: int, holds: bool) -> None:
        policy = read_policy(f'[protect]\nnames = [{{name = "a", reason = "b", until = {DAY}}}]', "p")
        assert bool(protecting(policy, "a", DAY + timedelta(days))) is holds


class TestBounds:
    """Design, section 14: the work that a policy causes is bounded before it is done."""

    @pytest.mark.parametrize(
        ("protect", "words"),
        [
            ({"globs": ["a*"] * 1001}, "protect.globs: .* 1000"),
            ({"names": ["a"] * 1001}, "protect.names: .* 1000"),
            ({"globs": ["a" * 301]}, "protect.globs.0.glob: .* 300"),
            ({"names": ["a" * 301]}, "protect.names.0.name: .* 300"),
            ({"globs": ["*a" * 150] * 70}, "protect.globs: .* 20,000"),
        ],
    )
    def test_lists_and_patterns_are_bounded(self, protect: dict[str, list[str]], words: str) -> None:
        (key, entries), *_ = protect.items()
        with pytest.raises(PolicyError, match=words):
            read_policy(f"[protect]\n{key} = {json.dumps(entries)}", "p.toml")

    def test_what_is_within_all_bounds_is_read(self) -> None:
        policy = read_policy(f"[protect]\nglobs = {json.dumps(['*' * 20] * 1000)}", "p.toml")
        assert len(protecting(policy, "abc")) == 1000

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[protect]\nnames = " + "[" * 100_000, "brackets .*line 2"),
            ("x = " + "{a=" * 50_000, "brackets .*line 1"),
            ("\n" + "a." * 50_000 + "b = 1", "key .*line 2"),
            ("[" + '"a" . ' * 50_000 + "b]", "key .*line 1"),
            ("[protect]\nnames = [" + '"a", ' * 400_000 + "]", "longer than 1,048,576"),
        ],
        ids=["lists", "tables", "key", "header", "length"],
    )
    def test_what_the_parser_would_take_long_for_is_refused_at_once(self, text: str, words: str) -> None:
        with pytest.raises(PolicyError, match=words):
            read_policy(text, "p.toml")

    def test_texts_and_comments_may_hold_anything(self, tmp_path: Path) -> None:
        odd = "[" * 20 + "a." * 20
        forms = (f'"{odd}"', f"'{odd}'", f'"""{odd}\n\\"[[ """', f"'''{odd}\\\n'''")
        text = f"# {odd}\n[protect]\nnames = [{', '.join(forms)}] # {odd}\n"
        assert len(read_policy(text, "p.toml").protect.names) == 4

    def test_a_file_that_is_too_long_is_not_read_whole(self, tmp_path: Path) -> None:
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


def test_another_policy_has_another_hash() -> None:
    assert Policy().digest() == read_policy(show_policy(Policy()), "p").digest()
    assert policy_of({"limits": {"max_models": 9}}).digest() != Policy().digest()
