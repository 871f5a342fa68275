"""Rules that suggest a recipe from measured facts."""
