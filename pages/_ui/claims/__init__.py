"""Claims of sources: list with verdicts, and one with its experiment."""
