"""Similarity of representations (CKA) and of sentences."""
