"""Prepared experiments: studies on samples with pinned settings, what is measured in them, and claims."""
