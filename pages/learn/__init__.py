"""Pages of the menu's part Learn, and the board of a class."""
