"""Training on several targets at once: rows, batches and conflicts of gradients."""
