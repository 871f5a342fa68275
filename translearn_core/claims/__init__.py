"""Claims of sources: one file each, with the experiment that tests it and its outcome computed beforehand."""
