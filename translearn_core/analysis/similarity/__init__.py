"""Similarity of representations (CKA) and of sentence vectors."""
