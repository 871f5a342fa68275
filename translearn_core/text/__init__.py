"""Wording and normalisation of strings; imports nothing of the package."""
