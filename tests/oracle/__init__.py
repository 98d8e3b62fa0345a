"""What every stage means, once more and as plainly as possible: sets and double loops.

Anyone can check it by reading. Nothing here shares a line or a table with the native core:
characters come from `unicodedata`, hashes from `xxhash`, edit distances from `rapidfuzz`. It is
slow and only for tests; where it and the core differ, one of them is wrong.

In the order of the pipeline: `characters`, `hyphens` and `fold` make tokens of a text, `blocks`
splits it, `shingle` and `sign` make sets and signatures; `corpus` has the blocks with everything
that is compared of them: `numerals`, `names` and words of `code`, kept `apart`. `matching` and
`templates` say which pairs match, `covers` which side may go, unless they are `opposed` or it has
`own_passages`; `keepers` which block stays, `kinds` why a cluster repeats.
"""

from oracle.apart import only_runs_differ
from oracle.blocks import is_space, split
from oracle.common import common_runs
from oracle.corpus import Block, Rules, blocks_of, spell
from oracle.covers import may_replace
from oracle.fold import fingerprint, is_numeric, normal_form, placed_tokens, tokens
from oracle.keepers import greedy, in_scope
from oracle.kinds import is_furniture, source_of
from oracle.matching import Verdict, all_pairs, verdict
from oracle.shingle import shingle_hashes, shingles, token_hash
from oracle.sign import band_plan, candidate_chance, permutations, signature
from oracle.templates import differences, only_numbers_differ

__all__ = [
    "Block",
    "Rules",
    "Verdict",
    "all_pairs",
    "band_plan",
    "blocks_of",
    "candidate_chance",
    "common_runs",
    "differences",
    "fingerprint",
    "greedy",
    "in_scope",
    "is_furniture",
    "is_numeric",
    "is_space",
    "may_replace",
    "normal_form",
    "only_numbers_differ",
    "only_runs_differ",
    "permutations",
    "placed_tokens",
    "shingle_hashes",
    "shingles",
    "signature",
    "source_of",
    "spell",
    "split",
    "token_hash",
    "tokens",
    "verdict",
]
