"""Running the ``git`` command, without the caller's git environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

GIT_SECONDS = 60.0
"""Time-out of one git command."""


class GitFailure(Exception):  # noqa: N818 - the callers turn it into an error of their own
    """git is not installed, takes too long, or refuses; the text is the reason."""


def run_git(folder: Path, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
    """Run git in a folder, and return its output.

    Args:
        folder: The folder.
        arguments: The arguments.
        stdin: The standard input.
        environment: Further environment variables.

    Raises:
        GitFailure: See there.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    fixed = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are the callers', and no shell reads them
            ["git", *arguments],  # noqa: S607 - git is looked up on the path
            cwd=folder,
            env=inherited | fixed | dict(environment or {}),
            input=stdin,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=True,
        )
    except FileNotFoundError:
        raise GitFailure("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise GitFailure(f"git {arguments[0]} took longer than {GIT_SECONDS:.0f} seconds") from None
    except subprocess.CalledProcessError as error:
        raise GitFailure(error.stderr.decode("utf-8", "replace").strip().partition("\n")[0]) from None
    return done.stdout
