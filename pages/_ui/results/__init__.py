"""Results of a run: scores, predictions, report, export."""
