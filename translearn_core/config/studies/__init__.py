"""Studies: grids of runs that differ in what the study varies."""
