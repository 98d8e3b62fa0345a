"""`dedup index`: what its commands print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from index_killed import text_of
from stories import OTHER, STORY

from dedup.cli import main


def test_the_command_adds_checks_and_forgets(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    feed, path = tmp_path / "feed.jsonl", str(tmp_path / "index")
    records = [
        {"id": "a", "text": STORY, "date": "2020-01-01"},
        {"id": "b", "text": f"{STORY}\n{OTHER}", "date": "2026-01-01"},
        {"id": "c"},
    ]
    feed.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert main(["index", "add", path, str(feed), "--skip-bad"]) == 0
    out = capfd.readouterr().out
    assert out == (
        "2 documents: 1 new, 1 seen in parts, 0 seen as a whole\n2 documents held, 0 before\n"
    )
    assert main(["index", "add", path, str(feed), "--skip-bad"]) == 0
    same = "; 2 of those read were held as they are"
    assert capfd.readouterr().out.endswith(f"\n2 documents held, 2 before{same}\n")
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"id": "b", "text": OTHER}))
    assert main(["index", "add", path, str(other)]) == 0
    out, err = capfd.readouterr()
    assert out.endswith("\n2 documents held, 2 before\n")
    assert err == "warning: 1 document took the place of another text of the same id\n"
    assert main(["index", "add", path, str(feed), "--skip-bad", "-q"]) == 0
    capfd.readouterr()
    assert main(["index", "check", path, str(feed)]) == 2
    captured = capfd.readouterr()
    assert "a: seen as a whole" in captured.out
    assert "feed.jsonl:3: the text field text is missing" in captured.err
    news = tmp_path / "news.txt"
    news.write_text("A text that was never seen before, as far as any of us can tell today.")
    assert main(["index", "check", path, str(news)]) == 0
    news.write_text(f"{news.read_text()}\n{OTHER}")
    capfd.readouterr()
    assert main(["index", "check", path, str(news), "--format", "jsonl"]) == 1
    verdict = json.loads(capfd.readouterr().out)
    assert (verdict["document"], verdict["action"], verdict["hot"]) == ("news", "clean", 0)
    assert verdict["matches"][0]["document"] == "b"
    assert verdict["matches"][0]["first_seen"] == "2026-01-01"
    assert main(["index", "expire", path, "--before", "2025-01-01"]) == 0
    assert main(["index", "remove", path, "nobody"]) == 2
    assert main(["index", "compact", path]) == 0
    capfd.readouterr()
    assert main(["index", "export", path]) == 0
    assert json.loads(capfd.readouterr().out)["id"] == "b"
    assert main(["index", "verify", path]) == 0
    assert main(["index", "stats", path, "--format", "json"]) == 0
    assert json.loads(capfd.readouterr().out.splitlines()[-1])["documents"] == 1
    assert main(["index", "add", path, str(news), "--threshold", "0.9"]) == 2
    assert "hint: leave the policy out" in capfd.readouterr().err


def test_what_repeats_itself_alone_is_new(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, article = str(tmp_path / "index"), tmp_path / "a.txt"
    article.write_text(f"{STORY}\n\n{STORY}\n")
    (tmp_path / "held.txt").write_text(OTHER)
    assert main(["index", "add", path, str(tmp_path / "held.txt"), "-q"]) == 0
    assert main(["index", "check", path, str(article)]) == 0
    first, second, _ = capfd.readouterr().out.splitlines()
    assert first == "a: new, and repeats itself"
    assert second.endswith(" identical, earlier in it")
    article.write_text(f"{STORY}\n\n{STORY}\n\n{OTHER}\n")
    assert main(["index", "check", path, str(article)]) == 1
    assert capfd.readouterr().out.startswith("a: seen in parts, ")


def test_damaged_parts_are_counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, article = tmp_path / "index", tmp_path / "a.txt"
    for number in range(2):
        article.write_text(text_of(5 * number))
        assert main(["index", "add", str(path), str(article), "-q"]) == 0
    capfd.readouterr()
    counts = []
    for run in sorted((path / "runs").iterdir()):
        content = bytearray(run.read_bytes())
        content[len(content) // 2] ^= 1
        run.write_bytes(content)
        assert main(["index", "verify", str(path)]) == 2
        counts.append(capfd.readouterr().out)
    assert counts == ["1 damaged part\n", "2 damaged parts\n"]
