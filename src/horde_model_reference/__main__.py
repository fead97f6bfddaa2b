"""``python -m horde_model_reference``: the command line."""

from horde_model_reference.cli import main

main()
