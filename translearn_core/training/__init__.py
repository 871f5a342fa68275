"""Training loop, optimizer, checkpoints, snapshots and weight drift."""
