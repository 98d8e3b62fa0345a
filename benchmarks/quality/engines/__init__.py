"""One file an engine: a corpus in, what it reports as repeated and what it removes out."""
