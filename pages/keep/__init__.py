"""Pages of the menu's part Keep."""
