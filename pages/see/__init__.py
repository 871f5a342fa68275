"""Pages of the menu's part See."""
