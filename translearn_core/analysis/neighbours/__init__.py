"""Nearest neighbours and the metrics made of them."""
