"""Columns to predict: rows that have a value, and several targets together."""
