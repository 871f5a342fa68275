"""Pages of the menu's part Set up."""
