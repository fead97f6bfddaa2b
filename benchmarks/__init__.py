"""Measurements, side by side in one run; ``README.md`` tells the method, ``RESULTS.md`` is written by the run."""
