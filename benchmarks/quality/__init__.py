"""The quality benchmark: what engines find, miss, join wrongly and lose. See ../README.md."""
