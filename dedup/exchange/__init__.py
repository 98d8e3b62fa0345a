"""Signatures to and from datasketch: a signature of ours is a `datasketch.MinHash`.

Same seed, same permutations (`scheme="affine32"`), same hashes of the same shingles. `items` says
what a signature is of, `signing` makes signatures and MinHash objects of texts and takes them back,
`filling` puts texts, an index or another LSH into a `MinHashLSH`, `asking` looks texts up in one,
`sources` reads signatures out of an index and a filled LSH, `bands` knows how an LSH keeps them.
datasketch is loaded by the first call that needs it.

>>> from dedup import exchange
>>> left, right = exchange.minhashes(["One two three four five.", "One two three four six."])
>>> left.jaccard(right) == exchange.minhashes(["ONE, two (three) four: five!"])[0].jaccard(right)
True
"""

from dedup.exchange.asking import Candidate, query, query_signatures
from dedup.exchange.filling import fill, fill_from_index, fill_signatures, transfer
from dedup.exchange.items import hash_shingle, shingles
from dedup.exchange.signing import minhashes, minhashes_of, signatures, signatures_of
from dedup.exchange.sources import held, stored

__all__ = [
    "Candidate",
    "fill",
    "fill_from_index",
    "fill_signatures",
    "hash_shingle",
    "held",
    "minhashes",
    "minhashes_of",
    "query",
    "query_signatures",
    "shingles",
    "signatures",
    "signatures_of",
    "stored",
    "transfer",
]
