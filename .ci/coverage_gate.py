"""Fail where too few branches are covered: 95 % in the packages that decide, 90 % overall."""

from __future__ import annotations

import json
import sys
from pathlib import Path

GATES: dict[str, float] = {
    "horde_model_reference/analytics/": 95.0,
    "horde_model_reference/integrations/": 95.0,
    "horde_model_reference/": 90.0,
}


def covered(files: dict[str, dict[str, dict[str, int]]], part: str) -> float:
    """Return the percentage of branches covered in the files of a part."""
    summaries = [found["summary"] for name, found in files.items() if f"src/{part}" in name.replace("\\", "/")]
    total = sum(summary["num_branches"] for summary in summaries)
    return 100.0 * sum(summary["covered_branches"] for summary in summaries) / total if total else 0.0


def main() -> int:
    """Check every gate and say what was found."""
    files = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["files"]
    failed = 0
    for part, least in GATES.items():
        found = covered(files, part)
        failed += found < least
        print(f"{'ok  ' if found >= least else 'FAIL'} {part:<42} {found:5.1f} % of branches (at least {least:.0f} %)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
