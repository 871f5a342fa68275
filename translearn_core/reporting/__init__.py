"""HTML report of a run or a study: results, caveats and how to reproduce it."""
