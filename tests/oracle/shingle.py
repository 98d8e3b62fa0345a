"""Shingle: every few consecutive tokens as a hash."""

from __future__ import annotations

from oracle.fold import is_numeric, tokens

M64 = (1 << 64) - 1
MULTIPLIER = 0x9E3779B97F4A7C15


ROOT_OF_TWO, ROOT_OF_THREE = 0x6A09E667F3BCC909, 0xBB67AE8584CAA73B


def fold_product(left: int, right: int) -> int:
    """The halves of a 128-bit product, one folded over the other."""
    product = left * right
    return (product ^ product >> 64) & M64


def token_hash(token: str) -> int:
    """Eight bytes of UTF-8 after eight; the upper half, its lowest bit set in numeric tokens."""
    data, state = token.encode(), 0
    for start in range(0, len(data), 8):
        chunk = int.from_bytes(data[start : start + 8], "little")
        state = fold_product(state ^ chunk ^ ROOT_OF_TWO, ROOT_OF_THREE)
    return (fold_product(state, ROOT_OF_TWO) >> 32) & ~1 | is_numeric(token)


def fmix64(value: int) -> int:
    """The finaliser of MurmurHash3, 64 bits."""
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & M64
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & M64
    return value ^ value >> 33


def shingle_hashes(values: list[int], size: int) -> set[int]:
    """The hash of every `size` consecutive values; of all of them where there are fewer."""
    size = min(size, len(values))
    if not size:
        return set()
    found = set()
    for first in range(len(values) - size + 1):
        total = 0
        for value in values[first : first + size]:
            total = (total * MULTIPLIER + value) & M64
        found.add(fmix64((total + size) & M64))
    return found


def shingles(text: str, size: int, mask_numbers: bool = False) -> set[int]:
    """Word shingles of a text."""
    return shingle_hashes([token_hash(token) for token in tokens(text, mask_numbers)], size)
