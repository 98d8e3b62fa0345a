"""The benchmark: every engine in its own process, speed beside correctness."""
