"""Statistics over the catalogue."""
