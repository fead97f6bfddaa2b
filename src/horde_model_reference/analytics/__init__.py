"""What the catalogue and the Horde's figures mean. Pure: no I/O, no clock, no settings lookups, no logging."""
