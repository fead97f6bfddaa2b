"""Read routes of clients of the older implementation (design section 13); their answers are made in ``compat``."""
