"""What the documentation says of the code, read off the code."""
