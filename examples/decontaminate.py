"""Leave out of training records all that quote an evaluation set: 15 words in a row are enough.

    python examples/decontaminate.py train.jsonl eval.jsonl > clean.jsonl

`dedup clean train.jsonl --against eval.jsonl --scope against -o out` takes out paragraphs that are
copies; a question that is quoted inside a longer one stays, as the rest of that has no copy.
"""

import sys
from pathlib import Path

import dedup

# Too short to tell: “Question:”, “Answer: yes”.
SHORT = {"min_tokens", "boilerplate"}


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    train, evaluation = map(Path, sys.argv[1:])
    found = dedup.scan(train, against=evaluation, scope="against", min_run=15)
    members = [member for cluster in found.clusters for member in cluster.members]
    quoting = {
        member.source for member in members if member.against is None and member.kept not in SHORT
    }
    with train.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if f"{train.name}:{number}" not in quoting:
                sys.stdout.buffer.write(line)
    sys.stderr.write(f"{len(quoting)} records quote {evaluation}\n")


if __name__ == "__main__":
    main()
