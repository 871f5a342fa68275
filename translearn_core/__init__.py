"""TransLearn's core: everything the laboratory does, without a screen."""

__version__ = "0.1.0"
