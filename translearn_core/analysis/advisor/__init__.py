"""Rule-based advisor that suggests a recipe from measured facts."""
