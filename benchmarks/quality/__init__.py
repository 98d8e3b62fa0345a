"""The quality benchmark: what each engine finds, misses, joins wrongly and loses. See ../README.md."""
