"""Bytes of a file to rows of cells, and tables back to files."""
