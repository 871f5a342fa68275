"""Classes: join, seat, the teacher's view and the board."""
