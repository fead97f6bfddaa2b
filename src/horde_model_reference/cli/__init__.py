"""The command line."""

from horde_model_reference.cli.main import main

__all__ = ["main"]
