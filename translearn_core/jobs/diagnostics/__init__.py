"""Diagnostics: one module with configuration and specification for each."""
