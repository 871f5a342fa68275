"""Recipes: named ways to transfer, and what each sets."""
