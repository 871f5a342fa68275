"""The draft of an experiment and the forms that fill it."""
