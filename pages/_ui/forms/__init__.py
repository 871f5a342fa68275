"""The experiment draft and its forms."""
