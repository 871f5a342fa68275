"""Search for a good model: which runs come next, records, and the searches of a workspace."""
