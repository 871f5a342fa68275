"""Studies: form, cost, list, results."""
