"""Sheets of a lesson: for learners on paper, and for the teacher."""
