"""Modalities: the rows of a table as tensors of a model."""
