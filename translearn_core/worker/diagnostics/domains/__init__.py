"""Handlers of diagnostics about domains."""
