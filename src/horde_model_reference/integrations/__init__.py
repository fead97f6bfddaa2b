"""What the Horde reports, and which catalogue model each reported name belongs to."""
