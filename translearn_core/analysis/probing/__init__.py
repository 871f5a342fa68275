"""Linear probes, control tasks and transferability scores."""
