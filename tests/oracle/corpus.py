"""The blocks of a corpus, with everything that is compared of them, and the settings of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from oracle.apart import Piece, pieces
from oracle.blocks import split
from oracle.fold import fingerprint, tokens
from oracle.names import names
from oracle.numerals import is_number_token
from oracle.shingle import shingle_hashes, token_hash


@dataclass(frozen=True)
class Rules:
    """The settings a match depends on, with the defaults of `dedup.Policy`."""

    unit: str = "paragraph"
    shingle_size: int = 3
    threshold: float = 0.7
    containment: float = 0.8
    short_tokens: int = 20
    short_threshold: float = 0.9
    min_tokens: int = 8
    numbers: str = "veto"
    names: str = "veto"
    scope: str = "both"
    group_scope: str = "within"
    window: int | None = None  # seconds


@dataclass(eq=False)
class Block:
    """A block with everything that is compared of it; `eq=False`: two copies are two blocks.

    spelling: the first text of the corpus that is equal to this one; it says what is a name.
    """

    document: int
    span: tuple[int, int]
    text: str
    rules: Rules = field(repr=False)
    group: str = ""
    time: int | None = None  # seconds
    spelling: str = field(default="", repr=False)

    @cached_property
    def tokens(self) -> list[str]:
        return tokens(self.text, self.rules.numbers == "mask")

    @cached_property
    def by_numbers(self) -> list[Piece]:
        """Its runs of numbers and all other tokens."""
        return pieces(self.tokens, [is_number_token(token) for token in self.tokens])

    @cached_property
    def by_names(self) -> list[Piece]:
        """Its runs of names, and of numbers where these are vetoed, and all other tokens."""
        return self.pieces_by_names(self.tokens, self.names)

    @cached_property
    def names(self) -> list[bool]:
        """Which of its tokens are names."""
        return names(self.spelling or self.text)

    def pieces_by_names(self, some: list[str], are_names: list[bool]) -> list[Piece]:
        """The same of some of its tokens."""
        vetoed = self.rules.numbers == "veto"
        marked = zip(are_names, some, strict=True)
        return pieces(some, [name or (vetoed and is_number_token(token)) for name, token in marked])

    @cached_property
    def normal(self) -> str:
        return " ".join(self.tokens)

    @cached_property
    def fingerprint(self) -> bytes:
        return fingerprint(self.text, self.rules.numbers == "mask")

    @cached_property
    def shingles(self) -> set[int]:
        return shingle_hashes([token_hash(token) for token in self.tokens], self.rules.shingle_size)


def blocks_of(texts: list[str], rules: Rules) -> list[Block]:
    """All blocks of all documents, in input order."""
    blocks = [
        Block(number, (start, end), text[start:end], rules)
        for number, text in enumerate(texts)
        for start, end in split(text, rules.unit)
    ]
    spell(blocks)
    return blocks


def spell(blocks: Iterable[Block]) -> None:
    """Tell all blocks of a corpus, in input order, which text spells theirs."""
    first: dict[bytes, str] = {}
    for block in blocks:
        block.spelling = first.setdefault(block.fingerprint, block.text)
