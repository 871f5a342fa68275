"""Handlers of classification with few labels or none."""
