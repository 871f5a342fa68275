"""Files copied into an export; each script runs without this project."""
