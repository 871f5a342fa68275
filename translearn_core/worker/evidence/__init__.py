"""Jobs that look into finished runs: what transferred, where it sits, what moved and what was lost."""
