"""Diagnostics put into sentences."""
