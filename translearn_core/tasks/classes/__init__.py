"""Classes: one of several for each row."""
