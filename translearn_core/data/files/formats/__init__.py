"""Formats of files besides delimited text."""
