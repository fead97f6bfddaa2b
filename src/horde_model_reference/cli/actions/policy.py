"""Show the effective policy, or check a file."""

from __future__ import annotations

from pathlib import Path

from horde_model_reference.cli.actions.output import write
from horde_model_reference.curation.policy_files import load_policy, show_policy
from horde_model_reference.escaping import visible


def show(policy: Path | None) -> None:
    """Print the effective policy."""
    write(show_policy(load_policy(policy)).encode(), None)


def check(file: Path) -> None:
    """Check a policy file, and print its hash."""
    digest = load_policy(file).digest()
    write(f"{visible(str(file))} is a good policy, hash {digest[:12]}.\n".encode(), None)
