"""Lighthouse's marks for the web page, on a desktop and on a phone as it simulates one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks._report import Section, SkippedError, Table
from benchmarks._servers import BUILD, BenchmarkError, ReplayHorde, described_inputs, serving, wait_for

PACKAGE = Path(__file__).with_name("lighthouse_package")
"""The package file with the pinned version, and the hashes of all that it needs."""
FOLDER = BUILD / "lighthouse"
INSTALL_SECONDS, RUN_SECONDS = 300, 120

PAGES: Mapping[str, str] = {
    "Overview": "/overview/image_generation",
    "Models": "/models/image_generation",
    "Models, text": "/models/text_generation",
    "Plan": "/plan/image_generation",
    "Model": "/model/image_generation/Deliberate",
}
DEVICES: Mapping[str, tuple[str, ...]] = {"desktop": ("--preset=desktop",), "phone": ()}
"""The devices, with the options that choose them; a phone is Lighthouse's default."""
MARKS: Mapping[str, str] = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best-practices": "best practices",
    "seo": "SEO",
}
LEAST = 95
"""The least mark of 100."""


def run(*, quick: bool) -> Section:
    """Ask Lighthouse about every page on every device.

    Raises:
        SkippedError: npm, Chromium or the package cannot be had here.
    """
    program, chromium = _installed()
    section = Section("Lighthouse")
    rounds = 1 if quick else 3
    rows = []
    with ReplayHorde() as horde, serving(horde) as ours:
        for address in PAGES.values():
            wait_for(ours.port, address, ours.process)
        for page, address in PAGES.items():
            for device, options in DEVICES.items():
                url = f"http://127.0.0.1:{ours.port}{address}"
                runs = [_report(program, chromium, url, options) for _ in range(rounds)]
                rows.append(_row(section, page, device, sorted(runs, key=_performance)[rounds // 2]))
    section.add(
        f"{described_inputs()} Lighthouse {_version()} in headless Chromium, with its own simulation of slow networks "
        f"and processors; of {rounds} runs the one with the middle mark for performance. Goal: each mark at least "
        f"{LEAST}. kB: what the first view transfers.",
        Table(("page", "device", *MARKS.values(), "first text", "largest part", "shift", "kB", "elements"), rows),
    )
    return section


def _installed() -> tuple[Path, str]:
    """Install Lighthouse into the build folder, and return the program and the browser."""
    npm, chromium = shutil.which("npm"), shutil.which("chromium") or shutil.which("chromium-browser")
    if npm is None or chromium is None:
        raise SkippedError("npm or chromium is not there")
    program = FOLDER / "node_modules" / ".bin" / "lighthouse"
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGE / file, FOLDER / file)
    command = [npm, "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(command, cwd=FOLDER, timeout=INSTALL_SECONDS, check=False).returncode:
        raise SkippedError("npm could not install lighthouse")
    return program, chromium


def _version() -> str:
    wanted: dict[str, Any] = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
    return str(wanted["dependencies"]["lighthouse"])


def _report(program: Path, chromium: str, url: str, options: tuple[str, ...]) -> dict[str, Any]:
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    command = [str(program), url, "--output=json", "--quiet", flags, *options]
    environment = dict(os.environ) | {"CHROME_PATH": chromium}
    done = subprocess.run(command, capture_output=True, timeout=RUN_SECONDS, env=environment, check=False)
    if done.returncode:
        raise BenchmarkError(f"lighthouse: {done.stderr.decode(errors='replace')[-500:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _performance(report: Mapping[str, Any]) -> float:
    mark: float = report["categories"]["performance"]["score"]
    return mark


def _row(section: Section, page: str, device: str, report: Mapping[str, Any]) -> list[str]:
    marks = {name: round(100 * report["categories"][name]["score"]) for name in MARKS}
    for name, mark in marks.items():
        section.check(f"{page}, {device}: {MARKS[name]} {mark}", met=mark >= LEAST)
    audits = report["audits"]
    return [
        page,
        device,
        *(str(mark) if mark >= LEAST else f"**{mark}**" for mark in marks.values()),
        f"{audits['first-contentful-paint']['numericValue'] / 1000:.1f} s",
        f"{audits['largest-contentful-paint']['numericValue'] / 1000:.1f} s",
        f"{audits['cumulative-layout-shift']['numericValue']:.3f}",
        f"{audits['total-byte-weight']['numericValue'] / 1000:.0f}",
        f"{_elements(audits):,}",
    ]


def _elements(audits: Mapping[str, Any]) -> int:
    """Return the number of elements of the page, which another audit tells in newer versions."""
    audit = audits.get("dom-size-insight") or audits["dom-size"]
    return int(audit.get("numericValue") or audit["details"]["debugData"]["totalElements"])
