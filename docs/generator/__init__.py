"""Generated documentation, read off the code."""
