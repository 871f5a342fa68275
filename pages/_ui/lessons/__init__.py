"""Lessons: list, steps, guesses, prepared experiments and reveals."""
