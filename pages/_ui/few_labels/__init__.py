"""Parts of the pages for few labels or none."""
