"""Statistics: pure functions from arrays to results, without plots or files."""
