"""Take in a feed: what is new of each article goes on, and an index on disk remembers it.

    python examples/feed.py seen.dedup < examples/articles/wire.jsonl > news.jsonl
    curl -s https://example.org/rss | python examples/feed.py seen.dedup > news.jsonl

Standard input is RSS 2.0 (it begins with `<`) or JSON lines with `id`, `text` and perhaps `date`.
Each article gives one line: its `id`, what became of it (`keep`, `clean`, `drop`), the share of it
that is `novel`, in which documents the rest was `seen`, and the `text` that is left.

Kill it whenever you like, and start it again with the same input: what was printed was committed
before, and an article that is held already gets the answer it got then. So index and output are
in the end those of a run that nobody killed. (An id that comes again with another text is a new
version of its article: it takes the old one's place and is judged anew.)

Exit code: 0; 1 where articles could not be taken in, each with a line on stderr; 2 for an index or
a feed that cannot be used; 75 while another process writes to the index.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from itertools import chain
from typing import Any, BinaryIO
from xml.etree import ElementTree

import dedup

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
BLOCKS = ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote")
HIDDEN = ("script", "style")


class Text(HTMLParser):
    """The text of a piece of HTML, its paragraphs apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self._hidden = "", 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in HIDDEN
        self.text += "\n\n" if tag in BLOCKS else ""

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in HIDDEN

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else data


def from_rss(feed: bytes) -> Iterator[dict[str, Any]]:
    for item in ElementTree.fromstring(feed).iter("item"):
        body = item.findtext(CONTENT) or item.findtext("description") or ""
        written = item.findtext("pubDate")
        yield {
            "id": item.findtext("guid") or item.findtext("link"),
            "text": f"{item.findtext('title') or ''}\n\n{Text(body).text.strip()}",
            "date": parsedate_to_datetime(written) if written else None,
        }


def articles(stream: BinaryIO) -> Iterator[bytes | dict[str, Any]]:
    """The lines of a feed, or the items of one in RSS."""
    first = stream.readline()
    if first.lstrip(b"\xef\xbb\xbf \t").startswith(b"<"):
        yield from from_rss(first + stream.read())
    else:
        yield from (line for line in chain([first], stream) if line.strip())


def answer(index: dedup.Index, article: bytes | dict[str, Any]) -> str:
    """Add an article; the line that tells what became of it."""
    read = json.loads(article) if isinstance(article, bytes) else article
    if not isinstance(read, dict):
        raise ValueError("it is no JSON object")
    verdict = index.add(read.get("id"), read.get("text"), date=read.get("date"))  # type: ignore[arg-type]
    told = {
        "id": read["id"],
        "action": verdict.action,
        "novel": round(verdict.novelty, 3),
        "seen": sorted({match.document for match in verdict.matches if match.kept is None}),
        "text": verdict.clean_text,
    }
    return json.dumps(told, ensure_ascii=False)


def take_in(index: dedup.Index, stream: BinaryIO, every: int) -> int:
    """Read a feed to its end; how many articles could not be taken in."""
    waiting: list[str] = []
    bad = 0
    for number, article in enumerate(articles(stream), 1):
        try:
            waiting.append(answer(index, article))
        except (dedup.InputError, ValueError) as error:
            print(f"article {number}: {error}", file=sys.stderr)
            bad += 1
        if len(waiting) >= every:
            hand_on(index, waiting)
    hand_on(index, waiting)
    return bad


def hand_on(index: dedup.Index, waiting: list[str]) -> None:
    """Commit, and only then print: nobody learns of what might be forgotten."""
    index.commit()
    for line in waiting:
        print(line)
    sys.stdout.flush()
    waiting.clear()


def main() -> int:
    parser = argparse.ArgumentParser(description="Take in a feed from standard input.")
    parser.add_argument("index", help="folder of the index; made where there is none")
    parser.add_argument("--every", type=int, default=100, help="articles to a commit (100)")
    options = parser.parse_args()
    try:
        with dedup.Index.open(options.index, lock_timeout=5) as index:
            return 1 if take_in(index, sys.stdin.buffer, options.every) else 0
    except dedup.IndexLockedError as error:
        print(error, file=sys.stderr)
        return 75  # EX_TEMPFAIL: whoever started this may try again later
    except (dedup.DedupError, ElementTree.ParseError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130  # what was not committed yet comes again with the same input


if __name__ == "__main__":
    sys.exit(main())
