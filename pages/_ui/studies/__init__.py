"""Studies: the form, the cost, the list, the results."""
