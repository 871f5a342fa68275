"""Handlers of the diagnostics of a run."""
