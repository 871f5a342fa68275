"""Word vectors as a backbone: a table of vectors and one block that weights the words of a text."""
