"""Routes of the v2 form."""
