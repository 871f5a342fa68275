"""How fast, beside what: this project and its peers on the same rows, each in a process of its own."""
