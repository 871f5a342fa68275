"""Regularization of the trained blocks: dropout and mixout."""
