"""Terminal: options, output, tables, errors, and the client of the engine."""
