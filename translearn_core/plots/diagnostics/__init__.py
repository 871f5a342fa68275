"""One figure for each diagnostic of a run."""
