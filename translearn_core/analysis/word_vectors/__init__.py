"""Word vectors: what a training step does."""
