"""The catalogues: records, the formats they come in, the sources they come from."""
