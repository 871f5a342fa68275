"""Handlers of jobs on texts that need no labels."""
