"""Costs of runs and studies, estimated from a few timed steps."""
