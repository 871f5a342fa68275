"""Sentences with numbers, rendered over a grid of outcomes and read back."""
