"""Commands for tables with few labels or none."""
