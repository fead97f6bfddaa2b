"""The verdicts, the strongest first."""

from __future__ import annotations

from horde_model_reference.analytics.verdict import Verdict


def test_the_strongest_verdict_comes_first() -> None:
    assert [verdict.value for verdict in Verdict] == ["protected", "unknown", "keep", "remove"]
    assert [verdict for verdict in Verdict if verdict.needs_reason] == [Verdict.PROTECTED, Verdict.UNKNOWN]
