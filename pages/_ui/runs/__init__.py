"""Runs: lists, actions, training monitor."""
