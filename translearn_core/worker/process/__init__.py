"""Process of a worker: set-up, memory and time limits, writes that outlast a store that is away."""
