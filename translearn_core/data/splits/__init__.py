"""Train, validation and test: drawn, given, checked."""
