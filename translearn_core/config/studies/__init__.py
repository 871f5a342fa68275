"""Studies: grids of runs over recipes, boundaries, backbones, sizes and seeds."""
