"""Several labels of a row."""
