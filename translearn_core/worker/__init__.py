"""What a worker runs: jobs by name, their progress, their limits, and what stays warm between them."""
