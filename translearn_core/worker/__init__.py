"""Job handlers, and the runtime that executes them in a worker process."""
