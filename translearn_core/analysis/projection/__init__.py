"""Two-dimensional projections of features."""
