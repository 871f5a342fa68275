"""Studies: their records, their store, and the study of a label-efficiency curve."""
