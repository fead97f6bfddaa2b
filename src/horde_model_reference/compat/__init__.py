"""Answers in the shapes that clients of the older implementation read, with our figures (design section 13)."""
