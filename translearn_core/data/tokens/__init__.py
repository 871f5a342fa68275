"""Tables with a word per row: their sentences, and the guess that they are such."""
