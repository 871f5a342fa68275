"""Nearest neighbours of a text, and the quality of neighbourhoods in a projection."""
