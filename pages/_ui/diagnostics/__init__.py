"""One panel for each diagnostic of a run."""
