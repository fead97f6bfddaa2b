"""The command line.

:mod:`.main` finds the command and turns errors into exit codes. ``commands`` declares what can be typed, and imports
nothing large, so that ``--help`` and completion answer at once; :mod:`.common` holds the options that commands share.
``actions`` does the work, and is imported when it is done.
"""

from horde_model_reference.cli.main import main

__all__ = ["main"]
