"""Results on few labels or none."""
