"""Nearest neighbours and metrics based on them."""
