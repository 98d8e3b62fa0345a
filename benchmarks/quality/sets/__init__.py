"""Labelled sets of real text: each module yields figures (class, measure, value, of how many)."""
