"""Self-training: learning from rows without a label by pseudo-labels or consistency."""
