"""Results of the diagnostics of a run."""
