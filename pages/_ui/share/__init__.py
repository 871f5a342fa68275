"""Share links: made, listed, and shown to visitors."""
