"""Fetch the page's files of others with npm, and check or write their hashes (``make vendor``)."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "tools" / "vendor.toml"
ASSETS = ROOT / "src" / "horde_model_reference" / "dashboard" / "assets"


def packages() -> list[dict[str, Any]]:
    """Return the packages of the table."""
    found: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["package"]
    return found


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content, as the table has it."""
    return hashlib.sha256(content).hexdigest()


def fetched(package: dict[str, Any], folder: Path) -> dict[str, bytes]:
    """Return the files of a package by the name that they get here."""
    wanted = f"{package['name']}@{package['version']}"
    subprocess.run(["npm", "pack", "--silent", "--pack-destination", str(folder), wanted], check=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as members:
        content = {name: members.extractfile(f"package/{name}") for name in (file["from"] for file in package["files"])}
        return {file["to"]: found.read() for file in package["files"] if (found := content[file["from"]])}


def main(accept: bool) -> None:
    """Fetch every package; refuse content of another hash unless it is accepted.

    Args:
        accept: Write the hashes of what was fetched into the table.
    """
    table = TABLE.read_text(encoding="utf-8")
    for package in packages():
        with tempfile.TemporaryDirectory() as folder:
            files = fetched(package, Path(folder))
        for file in package["files"]:
            content = files[file["to"]]
            if digest(content) != file["sha256"] and not accept:
                sys.exit(f"error: {file['to']}: another hash than {TABLE.name} has; --accept writes the new one")
            old, new = (f'to = "{file["to"]}", sha256 = "{value}"' for value in (file["sha256"], digest(content)))
            table = table.replace(old, new)
            (ASSETS / file["to"]).write_bytes(content)
            print(f"{package['name']} {package['version']}: {file['to']}, {len(content):,} bytes")
    TABLE.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main("--accept" in sys.argv[1:])
