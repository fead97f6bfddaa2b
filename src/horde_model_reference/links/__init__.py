"""Links that are known to work: download addresses, asked politely and safely (design section 12)."""
