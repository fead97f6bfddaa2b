"""``python -m horde_model_reference``: the command line."""

from horde_model_reference.cli import main

if __name__ == "__main__":  # The process of plans imports this module.
    main()
