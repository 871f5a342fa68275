"""Diagnostic panels of a run."""
