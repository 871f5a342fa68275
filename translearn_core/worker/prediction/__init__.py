"""Prediction with the model of a run: typed texts, files, and the importance of words."""
