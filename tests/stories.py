"""Sentences to tell apart: each long enough to go where it repeats, and none like another."""

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons are back on the river after an absence of eleven years, the ranger wrote."
THIRD = "Bakers say that the price of flour is the reason why bread costs more since May."
