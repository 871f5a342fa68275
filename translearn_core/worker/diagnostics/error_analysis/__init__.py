"""Error analysis of a run: calibration, slices and label issues."""
