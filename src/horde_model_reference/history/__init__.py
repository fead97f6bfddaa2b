"""Usage over time: the Horde's figures kept day by day, and the use of a model over time."""
