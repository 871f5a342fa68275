"""Sentences about diagnostics."""
