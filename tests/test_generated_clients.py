"""The tool that generates clients from the OpenAPI document and lets them ask the demo: its pins and its refusal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parents[1] / "tools"
CLIENTS = TOOLS / "clients"


def test_each_generator_has_one_version() -> None:
    package = json.loads((CLIENTS / "package.json").read_text(encoding="utf-8"))
    versions = package["dependencies"] | package["devDependencies"]
    assert versions.keys() == {"openapi-fetch", "openapi-typescript", "typescript"}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    assert re.fullmatch(r"openapi-python-client==\d+\.\d+\.\d+\n", (CLIENTS / "requirements.txt").read_text())


def test_no_registry_is_named() -> None:
    for path in (*CLIENTS.iterdir(), TOOLS / "generated_clients.py"):
        assert not re.search(r"https?://(?!127\.0\.0\.1)", path.read_text(encoding="utf-8")), path.name


def test_without_npm_it_says_which_packages_to_install(tmp_path: Path) -> None:
    command = [sys.executable, str(TOOLS / "generated_clients.py")]
    done = subprocess.run(command, check=False, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("apt-get install nodejs npm")
    assert "Traceback" not in done.stderr
