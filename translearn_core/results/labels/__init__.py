"""Counts and tables of several labels per row."""
