"""TransLearn core library, without a user interface."""

__version__ = "0.1.0"
