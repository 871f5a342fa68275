"""Search for a good model: form, list, progress and outcome."""
