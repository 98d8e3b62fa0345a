"""The programs in examples/ do what they say: run as a user runs them, killed, locked out, run again."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import dedup

EXAMPLES = Path(__file__).parent.parent / "examples"
ARTICLES = EXAMPLES / "articles"
STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons have come back to the old harbour this spring, and nobody chases them away."
SCANNED = sorted(ARTICLES.glob("*.txt"))


def run(
    name: str, *arguments: object, feed: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    # The site under test is on this machine, whatever proxy the others are behind.
    direct = {**os.environ, "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1", **environment}
    return subprocess.run(command, input=feed, capture_output=True, check=False, env=direct)


def lines_of(output: bytes) -> list[Any]:
    return [json.loads(line) for line in output.splitlines()]


def jsonl(articles: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(article).encode() + b"\n" for article in articles)


def state_of(path: Path) -> Any:
    """What an index holds, and what it answers."""
    with dedup.Index.open(path, mode="r") as index:
        assert index.verify() == []
        entries = [entry.to_dict() for entry in index]
        matches = sorted(json.dumps(match) for match in index.matches())
        return entries, matches, index.check(STORY).to_dict()


def expected(policy: dedup.Policy, documents: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Id, action and text of documents by an index in this process."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, dedup.Index.open(f"{folder}/i", policy) as index:
        verdicts = index.add_many(documents)
        rows = zip(documents, verdicts, strict=True)
        return [(id, verdict.action, verdict.clean_text) for (id, _), verdict in rows]


DOCUMENTS = [(path.stem, path.read_text(encoding="utf-8")) for path in SCANNED]


# --- ingest.py --------------------------------------------------------------------------------


def test_ingest_passes_on_the_first_of_each_kind() -> None:
    wire = (ARTICLES / "wire.jsonl").read_bytes()
    done = run("ingest.py", feed=wire + wire)
    assert (done.returncode, done.stderr) == (0, b"")
    assert lines_of(done.stdout) == lines_of(wire)


# --- feed.py ----------------------------------------------------------------------------------


def feed_of(count: int) -> list[dict[str, Any]]:
    """Articles that share paragraphs with earlier ones."""
    chance = random.Random(7)
    words = [f"word{number}" for number in range(2000)]
    made: list[str] = []
    articles = []
    for number in range(count):
        paragraphs = [" ".join(chance.sample(words, 25)) for _ in range(3)]
        if made:
            paragraphs += chance.sample(made, min(2, len(made)))
        made += paragraphs[:3]
        date = f"2026-01-{1 + number % 28:02}"
        articles.append({"id": f"a{number}", "text": "\n\n".join(paragraphs), "date": date})
    return articles


def test_a_feed_in_lines_is_judged_as_the_index_judges(tmp_path: Path) -> None:
    articles = [{"id": id, "text": text, "date": "2026-01-31"} for id, text in DOCUMENTS]
    done = run("feed.py", tmp_path / "seen", feed=jsonl(articles))
    assert (done.returncode, done.stderr) == (0, b"")
    found = lines_of(done.stdout)
    told = [(line["id"], line["action"], line["text"]) for line in found]
    assert told == expected(dedup.Policy(), DOCUMENTS)
    train = next(line for line in found if line["id"] == "gazette-train")
    assert "courrier-train" in train["seen"]
    assert 0 < train["novel"] < 0.5


def test_a_feed_that_was_killed_and_started_again_ends_as_one_that_was_not(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(jsonl(feed_of(400)))
    whole = run("feed.py", tmp_path / "whole", "--every", 10, feed=feed.read_bytes())
    assert whole.returncode == 0, whole.stderr
    chance = random.Random(3)
    command = [sys.executable, str(EXAMPLES / "feed.py"), str(tmp_path / "killed"), "--every", "10"]
    killed, held = 0, 0
    for _ in range(6):
        with feed.open("rb") as stdin:
            process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE)
        assert process.stdout is not None
        # From the moment that it goes beyond what the last one did.
        printed = [process.stdout.readline() for _ in range(held + chance.randrange(1, 60))]
        process.kill()
        printed += process.stdout.read().splitlines(keepends=True)
        process.stdout.close()
        killed += process.wait() == -signal.SIGKILL
        whole_lines = [line for line in printed if line.endswith(b"\n")]
        assert whole.stdout.startswith(b"".join(whole_lines))
        with dedup.Index.open(tmp_path / "killed", mode="r") as index:
            # What was printed is held.
            held = len(index)
            assert held >= len(whole_lines)
    assert killed >= 4
    again = run("feed.py", tmp_path / "killed", "--every", 10, feed=feed.read_bytes())
    assert (again.returncode, again.stdout) == (0, whole.stdout)
    assert state_of(tmp_path / "killed") == state_of(tmp_path / "whole")


RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>News</title>
<item><guid>a</guid><title>Storm</title><pubDate>Fri, 30 Jan 2026 08:00:00 GMT</pubDate>
<description><![CDATA[<style>p {{}}</style><p>{STORY}</p><p>A &amp; B</p>]]></description></item>
<item><link>http://news/b</link><title>Birds</title>
<content:encoded><![CDATA[<div>{STORY}</div><div>{OTHER}</div>]]></content:encoded></item>
<item><title>None of it</title></item>
</channel></rss>
"""


def test_a_feed_in_rss_is_read(tmp_path: Path) -> None:
    done = run("feed.py", tmp_path / "seen", feed=RSS.encode())
    first, second = lines_of(done.stdout)
    assert first["text"] == f"Storm\n\n{STORY}\n\nA & B"
    assert (second["id"], second["action"], second["seen"]) == ("http://news/b", "clean", ["a"])
    assert second["text"] == f"Birds\n\n{OTHER}"
    assert done.returncode == 1
    assert done.stderr.startswith(b"article 3: an id is a NoneType")
    with dedup.Index.open(tmp_path / "seen", mode="r") as index:
        assert next(iter(index)).date == "2026-01-30T08:00:00+00:00"


def test_a_line_that_holds_no_article_is_told_and_passed_over(tmp_path: Path) -> None:
    feed = b'{"id": "a", "text"\n[]\n{"id": "b"}\n' + jsonl([{"id": "c", "text": STORY}])
    done = run("feed.py", tmp_path / "seen", feed=feed)
    assert done.returncode == 1
    assert [line["id"] for line in lines_of(done.stdout)] == ["c"]
    told = done.stderr.decode().splitlines()
    assert [line.partition(":")[0] for line in told] == ["article 1", "article 2", "article 3"]
    broken = run("feed.py", tmp_path / "seen", feed=b"<rss><channel>")
    assert (broken.returncode, broken.stdout) == (2, b"")
    assert run("feed.py", tmp_path / "seen").returncode == 0


def test_a_feed_waits_for_another_writer_and_then_says_so(tmp_path: Path) -> None:
    with dedup.Index.open(tmp_path / "seen"):
        done = run("feed.py", tmp_path / "seen", feed=jsonl(feed_of(1)))
    assert (done.returncode, done.stdout) == (75, b"")
    assert b"another process writes to the index for 5 s" in done.stderr
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    other = run("feed.py", tmp_path / "other", feed=jsonl(feed_of(1)))
    assert (other.returncode, other.stdout) == (2, b"")
    assert b"is not an index" in other.stderr


# --- scrapy_pipeline.py -----------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The example pages on a server of their own, all linked from the first one."""
    pytest.importorskip("scrapy", reason="scrapy is absent: pip install scrapy")
    folder = tmp_path / "site"
    folder.mkdir()
    for name, text in DOCUMENTS:
        blocks = "".join(f"<p>{line}</p>" for line in text.splitlines() if line.strip())
        page = f"<html><meta charset=utf-8><body>{blocks}</body></html>"
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    (folder / "copy.html").write_bytes((folder / "courrier-phare.html").read_bytes())
    links = "".join(f'<a href="/{path.name}">x</a>' for path in sorted(folder.iterdir()))
    (folder / "index.html").write_text(f"<html><body>{links}</body></html>")
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_a_crawl_hands_on_what_is_new_of_each_page(site: str, tmp_path: Path) -> None:
    done = run("scrapy_pipeline.py", tmp_path / "seen", site)
    assert done.returncode == 0, done.stderr
    pages = {page["id"].removeprefix(site): page for page in lines_of(done.stdout)}
    both = {"copy.html", "courrier-phare.html"}
    # Which of two equal pages comes first the network decides; the other one is dropped.
    assert len(both & pages.keys()) == 1
    assert pages.keys() | both == {"", "copy.html", *(f"{name}.html" for name, _ in DOCUMENTS)}
    assert b"nothing new, seen in " in done.stderr
    assert any(page["novel"] < 1 for page in pages.values())
    with dedup.Index.open(tmp_path / "seen", mode="r") as index:
        assert len(index) == len(pages) + 1
        assert index.verify() == []
    # The next crawl of the same site says the same.
    again = run("scrapy_pipeline.py", tmp_path / "seen", site)
    rows = {page["id"]: page["text"] for page in lines_of(again.stdout)}
    assert rows == {page["id"]: page["text"] for page in pages.values()}


def test_a_crawl_does_not_begin_where_another_process_writes(site: str, tmp_path: Path) -> None:
    with dedup.Index.open(tmp_path / "seen"):
        done = run("scrapy_pipeline.py", tmp_path / "seen", site)
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"another process writes to the index" in done.stderr


# --- huggingface_map.py -----------------------------------------------------------------------


def test_a_dataset_comes_back_without_what_was_seen(tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="datasets is absent: pip install datasets")
    feed = tmp_path / "feed.jsonl"
    documents = [*DOCUMENTS, ("copy", DOCUMENTS[0][1])]
    feed.write_bytes(jsonl([{"id": id, "text": text} for id, text in documents]))
    home = str(tmp_path / "home")
    done = run("huggingface_map.py", tmp_path / "seen", feed, HF_HOME=home)
    assert done.returncode == 0, done.stderr
    rows = [(row["id"], row["text"]) for row in lines_of(done.stdout)]
    told = expected(dedup.Policy(), documents)
    assert rows == [(id, text) for id, action, text in told if action != "drop"]
    assert told[-1][1] == "drop"
    again = run("huggingface_map.py", tmp_path / "seen", feed, HF_HOME=home)
    assert again.stdout == done.stdout
    with dedup.Index.open(tmp_path / "seen"):
        locked = run("huggingface_map.py", tmp_path / "seen", feed, HF_HOME=home)
    assert (locked.returncode, locked.stdout) == (2, b"")
    assert b"another process writes to the index" in locked.stderr


def test_a_dataset_of_which_all_was_seen_comes_back_empty(tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="datasets is absent: pip install datasets")
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(jsonl([{"id": id, "text": text} for id, text in DOCUMENTS]))
    with dedup.Index.open(tmp_path / "seen") as index:
        index.add_many((f"before {id}", text) for id, text in DOCUMENTS)
    done = run("huggingface_map.py", tmp_path / "seen", feed, HF_HOME=str(tmp_path / "home"))
    assert (done.returncode, done.stdout) == (0, b""), done.stderr


# --- pandas_loop.py ---------------------------------------------------------------------------


def test_a_table_is_judged_in_chunks(tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is absent: pip install pandas")
    documents = [(article["id"], article["text"]) for article in feed_of(2300)]
    documents += [("07", documents[0][1])]
    table = tmp_path / "articles.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "n", "text"])
        rows.writerows((id, number, text) for number, (id, text) in enumerate(documents))
        rows.writerow(["empty", 0, ""])
    done = run("pandas_loop.py", tmp_path / "seen", table)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b"1 rows without id or text were left out\n"
    found = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    told = expected(dedup.Policy(threshold=0.8), documents)
    left = [(id, action, text) for id, action, text in told if action != "drop"]
    assert [(row["id"], row["action"], row["text"]) for row in found] == left
    assert told[-1][1] == "drop"
    assert [row["n"] for row in found] == [str(number) for number in range(len(found))]
    assert run("pandas_loop.py", tmp_path / "seen", table).stdout == done.stdout


def test_a_table_and_an_index_that_do_not_fit_are_told(tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is absent: pip install pandas")
    table = tmp_path / "articles.csv"
    table.write_text(f'id,text\na,"{STORY}"\n', encoding="utf-8")
    dedup.Index.open(tmp_path / "other", dedup.Policy(threshold=0.5)).close()
    done = run("pandas_loop.py", tmp_path / "other", table)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"the index has threshold 0.5; 0.8 is wanted" in done.stderr
    assert run("pandas_loop.py", tmp_path / "seen", tmp_path / "none.csv").returncode == 2
    table.write_text("id,body\na,b\n", encoding="utf-8")
    assert run("pandas_loop.py", tmp_path / "seen", table).returncode == 2


@pytest.mark.parametrize("name", ["scrapy_pipeline", "huggingface_map", "pandas_loop"])
def test_without_arguments_the_usage_is_told(name: str) -> None:
    pytest.importorskip({"huggingface_map": "datasets"}.get(name, name.partition("_")[0]))
    done = run(f"{name}.py")
    assert done.returncode == 1
    assert done.stderr.startswith(f"usage: {name}.py INDEX".encode())


QUIZ = (
    "A farmer has seventeen sheep and all but nine of them run away in the night; how many sheep "
    "does the farmer have left in the morning?"
)


def test_what_quotes_an_evaluation_set_is_left_out(tmp_path: Path) -> None:
    texts = {
        "other": OTHER,
        "whole": f"Some riddles.\n\n{QUIZ}\n\nAnother line of it stands here.",
        "quoted": f"My uncle told us at dinner, when we did not want our soup: {QUIZ} He laughed.",
        "numbers": QUIZ.replace("seventeen", "eighteen"),
        "words": "The farmer has sheep, and some of them run away in the night. How many are left?",
    }
    train, held_out = tmp_path / "train.jsonl", tmp_path / "eval.jsonl"
    records = [json.dumps({"id": name, "text": text}) for name, text in texts.items()]
    train.write_text("\n".join(records))
    held_out.write_text(json.dumps({"id": "q", "text": QUIZ}))
    done = run("decontaminate.py", train, held_out)
    assert [record["id"] for record in lines_of(done.stdout)] == ["other", "words"]
    assert done.stderr.decode() == f"3 records quote {held_out}\n"
    assert run("decontaminate.py").returncode == 1
