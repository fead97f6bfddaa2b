"""The work of the commands, imported when it is done: it needs the engine, Polars and the database."""
