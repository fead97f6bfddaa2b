"""Review of a change of a catalogue (design section 11): findings as a table of rules, each with its own function."""
