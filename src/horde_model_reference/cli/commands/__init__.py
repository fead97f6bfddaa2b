"""The commands as they are typed: one module each, with its arguments, options and sentences."""
