"""The policy that the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.service_policy import service_policy
from horde_model_reference.errors import SettingsError
from horde_model_reference.settings import load_settings

VARIABLE = "HORDE_MODEL_REFERENCE_POLICY"


def test_without_a_file_it_is_the_default_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    assert service_policy(load_settings()) == Policy()


def test_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[limits]\nmax_models = 3\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(file))
    assert service_policy(load_settings()).limits.max_models == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        ("[limits]\nmax_models = -1\n", "limits.max_models"),
        ("[protect]\nnamed_by_styles = true\n", "protect.named_by_styles"),
        ("no toml", "line 1"),
    ],
)
def test_a_file_that_is_no_policy_is_refused_with_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, said: str
) -> None:
    file = tmp_path / "policy.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(file))
    with pytest.raises(SettingsError, match=f"{VARIABLE}: .*{said}"):
        service_policy(load_settings())
