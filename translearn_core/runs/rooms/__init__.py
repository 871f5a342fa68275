"""Rooms of a class: seats, pins, what is made in them, and who is where."""
