"""Bring, read and describe data sets."""
