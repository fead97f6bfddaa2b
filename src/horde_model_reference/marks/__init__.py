"""Marks: published notices that a model is to be removed (design section 10)."""
