"""Files that go into an export as they stand here; each runs alone, beside the model."""
