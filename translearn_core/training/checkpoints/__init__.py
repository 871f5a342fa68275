"""Checkpoints of a training: state, file, resuming and extending."""
