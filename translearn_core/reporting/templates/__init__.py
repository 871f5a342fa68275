"""The page that a report is."""
