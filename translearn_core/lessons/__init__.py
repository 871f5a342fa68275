"""Lessons: one file each, with guesses, prepared experiments and outcomes computed beforehand."""
