"""Data sets: upload, read options, findings, columns."""
