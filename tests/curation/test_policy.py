"""The policy: its keys, their defaults and bounds."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.curation.policy import OnRemoval, Policy
from horde_model_reference.curation.policy_files import read_policy, show_policy
from horde_model_reference.errors import PolicyError
from tests.support.curation import policy_of

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
        ('[protect]\nnames = [{name = "a", pattern = "b"}]', ["protect.names.0.name: no such key"]),
        ('[protect]\nnames = [{name = "a", until = 0}]', ["protect.names.0.until", "2026-12-31"]),
        ('[protect]\nglobs = [{glob = "a*", until = "1764460800"}]', ["protect.globs.0.until", "2026-12-31"]),
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


def protecting(policy: Policy, name: str, day: date = DAY) -> list[str]:
    """The names and patterns of a policy that protect a model on a day."""
    return [entry.pattern for found in policy.matches([name], day).values() for entry, protected in found if protected]


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


def test_another_policy_has_another_hash() -> None:
    assert Policy().digest() == read_policy(show_policy(Policy()), "p").digest()
    assert policy_of({"limits": {"max_models": 9}}).digest() != Policy().digest()
