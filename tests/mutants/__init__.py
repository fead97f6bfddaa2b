"""Mutation testing: whether the tests notice small faults in the analysis."""
