"""Writes the generated parts of the documentation (``make docs``)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # So that the generator is found when this file is run as a script.

from docs.generator.pages import rendered  # noqa: E402

from horde_model_reference.settings import ENV_PREFIX  # noqa: E402


def main() -> None:
    """Write every file that is not as it would be generated now."""
    for name in [name for name in os.environ if name.startswith(ENV_PREFIX)]:
        del os.environ[name]  # The documentation tells the defaults, whatever this machine is set to.
    for path, content in rendered(ROOT).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
