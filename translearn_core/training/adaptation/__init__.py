"""Adaptation to a target domain whose texts have no labels: alignment of features, weights of source rows."""
