"""Commands for few labels or none."""
