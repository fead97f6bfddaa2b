"""The catalogue in its v2 form."""
