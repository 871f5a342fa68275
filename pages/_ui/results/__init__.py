"""Scores, predictions, reports and exports of a run."""
