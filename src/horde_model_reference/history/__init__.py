"""Usage over time: what the Horde said day by day, kept, and what it says of a model."""
