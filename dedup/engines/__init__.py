"""Where functions run, never what the algorithm is."""
