"""The command line.

:mod:`.main` finds the command and turns errors into exit codes. ``commands`` declares arguments and options, and
imports nothing large, so that ``--help`` and completion are fast; :mod:`.common` holds shared options. ``actions`` does
the work, and is imported when a command runs.
"""

from horde_model_reference.cli.main import main

__all__ = ["main"]
