"""Paired comparisons of arms, intervals, and label efficiency."""
