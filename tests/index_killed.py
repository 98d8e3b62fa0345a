"""A process that writes to an index until it is killed, and what it had done by then.

What it does follows from a seed, so who reads its output can say what must be there. It prints the
number of each commit that returned.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

import dedup

WORDS = [
    f"{first}{last}" for first in "bdfgklmnprst" for last in ("ado", "eli", "iro", "ona", "uka")
]


def text_of(number: int) -> str:
    """The text of a document: paragraphs of its own, and some that others have too."""
    words = random.Random(number)
    blocks = [" ".join(words.choices(WORDS, k=words.randint(10, 40))) for _ in range(4)]
    shared = random.Random(number // 5)
    blocks.append(" ".join(shared.choices(WORDS, k=25)))
    return "\n\n".join(blocks)


def steps(seed: int) -> Iterator[tuple[str, list[int]]]:
    """What is done, one step after the other: a verb, and numbers of documents."""
    chance = random.Random(seed)
    held: list[int] = []
    number = 0
    while True:
        verb = chance.choice(["add"] * 6 + ["remove", "compact", "expire", "commit"])
        if verb == "add":
            count = chance.choice([1, 1, 2, 20])
            held += range(number, number + count)
            yield "add", list(range(number, number + count))
            number += count
        elif verb == "remove" and held:
            yield "remove", [held.pop(chance.randrange(len(held)))]
        elif verb == "expire" and len(held) > 10:
            yield "expire", held[:3]
            del held[:3]
        else:
            yield verb if verb in ("compact", "commit") else "commit", []


def states(seed: int, commits: int) -> list[list[int]]:
    """What is held after each of so many commits, none to begin with."""
    held: list[int] = []
    found: list[list[int]] = [[]]
    for verb, numbers in steps(seed):
        if len(found) > commits:
            return found
        if verb == "add":
            held += numbers
        elif verb in ("remove", "expire"):
            held = [number for number in held if number not in numbers]
        else:
            found.append(list(held))
    return found


def main(path: str, seed: int) -> None:
    """Write until this process is killed."""
    index = dedup.Index.open(path, jobs=1)
    commits = 0
    for verb, numbers in steps(seed):
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
    main(sys.argv[1], int(sys.argv[2]))
