"""Settings of learning with few labels or none."""
