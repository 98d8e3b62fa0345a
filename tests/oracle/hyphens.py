"""Words that a hyphen parts at the end of a line: one word each."""

from __future__ import annotations

from itertools import takewhile

from oracle.characters import WORD, character_class, fold_character, is_number


def is_hyphen(character: str) -> bool:
    """The soft hyphen, and what folds to a hyphen."""
    return character == "\u00ad" or fold_character(character) in ("-", "\u2010")


def is_letter(character: str) -> bool:
    """Whether all that it folds to belongs to words and is no number; not for what is dropped."""
    folded = fold_character(character)
    return folded != "" and all(character_class(c) == WORD and not is_number(c) for c in folded)


def in_parted_words(text: str) -> set[int]:
    """The characters from a hyphen to the next line that part a word: they fold to nothing."""

    def after_unseen(place: int) -> int:
        while place < len(text) and (
            text[place] in " \t" or not (is_hyphen(text[place]) or fold_character(text[place]))
        ):
            place += 1
        return place

    found: set[int] = set()
    for place, character in enumerate(text):
        end = after_unseen(place + 1)
        if not is_hyphen(character) or text[end : end + 1] not in ("\n", "\r"):
            continue
        next_line = after_unseen(end + (2 if text[end : end + 2] == "\r\n" else 1))
        before = [c for c in text[:place] if fold_character(c)][-1:]
        after = [c for c in text[next_line:] if fold_character(c)][:1]
        parts_a_word = before and after and is_letter(before[0]) and is_letter(after[0])
        if parts_a_word and first_word(text[next_line:]) not in CONJUNCTIONS:
            found.update(range(place, next_line))
    return found


# Behind a hyphen that stands for the other half of a word: `In- und Ausland`.
CONJUNCTIONS = ("und", "oder", "bzw", "sowie", "and")


def first_word(text: str) -> str:
    """The folded characters up to the first one that belongs to no word."""
    folded = (one for character in text for one in fold_character(character))
    return "".join(takewhile(lambda one: character_class(one) == WORD, folded))
