"""Labels of words in sentences: parts of speech, named entities."""
