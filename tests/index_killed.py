"""A process that writes to an index until it is killed, and what it had done by then.

What it does follows from a seed and from what it begins with, so who reads its output can say what
must be there. It prints each step before it takes it, with `merging` where a merge is under way beside it,
and the number of each commit that returned.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence

import dedup

WORDS = [
    f"{first}{last}" for first in "bdfgklmnprst" for last in ("ado", "eli", "iro", "ona", "uka")
]
# Documents of which each has a paragraph that the others have too.
SHARE = 5
# No number from here on, divided by SHARE, is another one: what is shared is no text of its own.
FIRST = 1_000_000
COMMITS = ("commit", "compact")
# More commits than compactions, so that there are runs to merge.
VERBS = (*["add"] * 12, *["commit"] * 6, "remove", "remove", "compact", "expire")


def text_of(number: int) -> str:
    """The text of a document: paragraphs of its own, and one that its neighbours have too."""
    words = random.Random(number)
    blocks = [" ".join(words.choices(WORDS, k=words.randint(10, 40))) for _ in range(4)]
    shared = random.Random(number // SHARE)
    blocks.append(" ".join(shared.choices(WORDS, k=25)))
    return "\n\n".join(blocks)


def steps(seed: int, held: Sequence[int], number: int) -> Iterator[tuple[str, list[int]]]:
    """What is done, one step after the other: a verb, and numbers of documents.

    held: what is there to begin with, in its order; number: that of the next document.
    """
    chance, held = random.Random(seed), list(held)
    while True:
        verb = chance.choice(VERBS)
        if verb == "add":
            count = chance.choice([1, 2, 10, 40])
            held += range(number, number + count)
            yield "add", list(range(number, number + count))
            number += count
        elif verb == "remove" and held:
            yield "remove", [held.pop(chance.randrange(len(held)))]
        elif verb == "expire" and len(held) > 10:
            yield "expire", held[:3]
            del held[:3]
        else:
            yield verb if verb in COMMITS else "commit", []


def states(seed: int, held: Sequence[int], number: int, commits: int) -> list[list[int]]:
    """What is held after each of so many commits, from what there is to begin with."""
    now = list(held)
    found = [list(now)]
    for verb, numbers in steps(seed, held, number):
        if len(found) > commits:
            return found
        if verb == "add":
            now += numbers
        elif verb in ("remove", "expire"):
            now = [one for one in now if one not in numbers]
        else:
            found.append(list(now))
    return found


def main(path: str, seed: int, number: int) -> None:
    """Write until this process is killed."""
    # All of these documents are in one group and near in time, so that every answer is the same.
    scoped = dedup.Policy(group_by="site", window="5200w")
    index = dedup.Index.open(path, scoped if path.endswith("scoped") else None, jobs=1)
    commits = 0
    for verb, numbers in steps(seed, [int(entry.id) for entry in index], number):
        merging = index._merging._under_way is not None
        sys.stdout.write(f"{verb}{' merging' if merging else ''}\n")
        sys.stdout.flush()
        if verb == "add":
            documents = [
                {"id": str(number), "text": text_of(number), "date": number} for number in numbers
            ]
            index.add_many(documents)
        elif verb == "remove":
            index.remove(str(numbers[0]))
        elif verb == "expire":
            index.expire(before=numbers[-1] + 1)
        else:
            index.compact() if verb == "compact" else index.commit()
            commits += 1
            sys.stdout.write(f"{commits}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
