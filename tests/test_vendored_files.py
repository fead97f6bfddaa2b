"""Front-end files of others are those that the table names, with their licences."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.dashboard.rendering import ASSETS

TABLE = Path(__file__).parents[1] / "tools" / "vendor.toml"
PACKAGES: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["package"]
FILES = [(package["name"], file) for package in PACKAGES for file in package["files"]]


@pytest.mark.parametrize(("package", "file"), FILES, ids=[file["to"] for _, file in FILES])
def test_each_file_has_the_hash_of_the_table(package: str, file: dict[str, str]) -> None:
    assert hashlib.sha256((ASSETS / file["to"]).read_bytes()).hexdigest() == file["sha256"], f"make vendor: {package}"


def test_each_package_comes_with_its_version_and_licence() -> None:
    for package in PACKAGES:
        assert package["version"]
        assert package["licence"]
        assert any(file["to"].endswith("LICENSE.txt") for file in package["files"])


def test_each_file_that_is_not_our_own_is_in_the_table() -> None:
    own = {path.name for path in ASSETS.iterdir() if path.suffix in {".css", ".js", ".svg"}}
    others = {file["to"] for _, file in FILES}
    assert {path.name for path in ASSETS.iterdir()} - others <= own
    assert not [name for name in own - others if ".min." in name]
