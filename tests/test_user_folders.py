"""Folders of the current user on systems that know neither home nor name."""

from __future__ import annotations

import os

import pytest

from horde_model_reference.user_folders import data_folder, temporary_folder


def test_without_a_home_data_lie_in_a_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.unix.Unix.user_data_dir", "~/.local/share/horde-model-reference")
    assert data_folder() == temporary_folder("data")
    assert data_folder().is_absolute()


@pytest.mark.parametrize("error", [ImportError("pwd"), KeyError(1000), OSError("no name")])
def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def unknown() -> str:
        raise error

    monkeypatch.setattr("getpass.getuser", unknown)
    own = str(os.getuid()) if hasattr(os, "getuid") else "user"
    assert temporary_folder("demo").name == f"horde-model-reference-demo-{own}"


def test_a_user_name_is_no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "../DOMAIN\\user")
    assert temporary_folder("demo").name == "horde-model-reference-demo-.._DOMAIN_user"
