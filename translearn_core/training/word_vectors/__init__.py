"""Training of word vectors with gensim."""
