"""The Horde's reports, and the attribution of reported names to catalogue models."""
