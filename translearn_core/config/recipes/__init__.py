"""Recipes: named transfer strategies and their settings."""
