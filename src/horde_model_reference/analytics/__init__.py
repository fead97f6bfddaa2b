"""The analysis of catalogue and usage figures. Pure: no I/O, no clock, no settings lookups, no logging."""
