"""Error analysis: calibration, slices and label issues."""
