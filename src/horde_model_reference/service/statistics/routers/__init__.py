"""Routes of the statistics."""
