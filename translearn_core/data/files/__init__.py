"""Read table files of all kinds to rows of cells, and write tables to files."""
