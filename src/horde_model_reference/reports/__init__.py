"""Answers as people and programs read them: JSON, CSV, Markdown, and the terminal. Every name is escaped."""
