"""Lists of runs, their actions, and a training under way."""
