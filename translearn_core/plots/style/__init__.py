"""Theme, palette and building blocks of figures."""
