"""Classifiers of few labels or none: class means, and descriptions of classes."""
