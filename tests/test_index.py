"""The index as its users see it: what it answers, what it refuses, who may write."""

from __future__ import annotations

import datetime
import json
import multiprocessing
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import index_killed
import pytest

import dedup
from dedup import Document, Index, Policy
from dedup.cli import main

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."
OTHER = "Herons are back on the river after an absence of eleven years, the ranger wrote."
GOLDEN = Path(__file__).parent / "golden" / "index-7"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "seen.dedup")


# --- what it answers ---------------------------------------------------------------------------


def test_a_text_is_new_then_seen_whole_or_in_parts(path: str) -> None:
    with Index.open(path) as index:
        first = index.add("a", STORY, date="2026-01-02", source="feed", fields={"site": "x"})
        assert (first.action, first.novelty, first.matches, first.clean_text) == (
            "keep",
            1.0,
            (),
            STORY,
        )
        again = index.check(STORY)
        assert (again.action, again.novelty, again.clean_text, again.seen) == ("drop", 0, "", True)
        (found,) = again.matches
        assert (found.document, found.source, found.first_seen) == ("a", "feed", "2026-01-02")
        assert (found.relation, found.span, found.other_span) == ("identical", (0, 80), (0, 80))
        part = index.check(f"{OTHER}\n{STORY.upper()}")
        assert (part.action, part.clean_text, part.novelty) == ("clean", OTHER, 0.5)
        assert part.matches[0].relation == "equal"
        near = index.check(STORY.replace("tomorrow", "today"))
        assert near.matches[0].relation == "near"
        assert 0 < near.matches[0].resemblance < 1
        assert index.check("").action == index.check(" \n ").action == "keep"
    with Index.open(path, mode="r") as index:
        (entry,) = index
        assert entry.to_dict() == {
            "id": "a",
            "date": "2026-01-02",
            "source": "feed",
            "fields": {"site": "x"},
        }
        assert "a" in index
        assert "b" not in index
        assert 7 not in index
        assert len(index) == 1


def test_a_text_repeats_itself(path: str) -> None:
    with Index.open(path) as index:
        verdict = index.check(f"{STORY}\n\n{OTHER}\n\n{STORY}")
    assert verdict.clean_text == f"{STORY}\n\n{OTHER}"
    assert (verdict.matches[0].document, verdict.matches[0].other_span) == ("", (0, 80))


def test_numbers_names_and_short_blocks_stay_as_in_a_scan(path: str) -> None:
    with Index.open(path) as index:
        index.add("a", f"Share\n\n{STORY} It is 7 degrees.")
        verdict = index.check(f"Share\n\n{STORY} It is 9 degrees.")
    assert verdict.action == "keep"
    assert [found.kept for found in verdict.matches] == ["min_tokens", "numbers"]


def words_of(seed: int, count: int) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices("bdegklmnorstu", k=7)) for _ in range(count))


def test_paragraphs_that_are_broken_anew_go_and_quotations_are_told(path: str) -> None:
    one, other, own = words_of(1, 30), words_of(2, 30), words_of(3, 30)
    quote = " ".join(one.split()[3:25])
    with Index.open(path) as index:
        index.add("parts", f"{one}\n\n{other}")
        whole = index.check(f"{own}\n\n{one} {other}")
        assert (whole.action, whole.clean_text) == ("clean", own)
        (found,) = whole.matches
        assert (found.relation, found.document) == ("equal", "parts")
        assert found.other_span == (0, len(one) + 2 + len(other))
        assert 0 < whole.novelty < 1
        quoting = index.add("quoting", f"{own} {quote} {words_of(4, 60)}")
        assert (quoting.action, quoting.novelty) == ("keep", 1.0)
        (found,) = quoting.matches
        assert (found.kept, found.document) == ("part", "parts")
        assert found.other_span == (one.index(quote), one.index(quote) + len(quote))
        assert found.span == (len(own) + 1, len(own) + 1 + len(quote))
    with Index.open(path, mode="r") as index:
        assert index.check(f"{one} {other}").action == "drop"


def test_what_went_for_a_run_stays_gone_and_what_is_like_it_goes(path: str) -> None:
    one, other = words_of(1, 30), words_of(2, 30)
    merged = f"{one} {other}"
    edited = merged.replace(merged.split()[7], "another")
    with Index.open(path) as index:
        index.add("parts", f"{one}\n\n{other}")
        assert index.add("merged", f"{words_of(3, 30)}\n\n{merged}").action == "clean"
        verdict = index.check(edited)
        assert verdict.action == "drop"
        (found,) = verdict.matches
        assert (found.relation, found.document) == ("near", "parts")


@pytest.mark.parametrize("compact", [False, True])
def test_a_removed_source_of_a_run_is_replaced_by_what_repeated_it(
    path: str, compact: bool
) -> None:
    one, other = words_of(1, 30), words_of(2, 30)
    with Index.open(path) as index:
        index.add("first", f"{one}\n\n{other}")
        assert index.add("copy", f"{words_of(3, 30)}\n\n{one}\n\n{other}").action == "clean"
        index.commit()
        index.remove("first")
        if compact:
            index.compact()
        verdict = index.check(f"{one} {other}")
        assert (verdict.action, verdict.matches[0].document) == ("drop", "copy")


def test_what_repeats_as_written_otherwise_has_its_exact_place(path: str) -> None:
    one = words_of(1, 24)
    shouted = " ,  ".join(one.upper().split())
    cut = " ".join(one.split()[:22])
    with Index.open(path, Policy(containment=0, min_tokens=30)) as index:
        index.add("first", one)
        index.add("loud", f"{words_of(2, 40)}\n\n{shouted} {words_of(3, 9)}")
        index.add("again", f"{shouted}\n\n{words_of(4, 40)}")
        index.remove("first")
        index.remove("loud")
        (found,) = index.check(f"{words_of(5, 40)} {cut}").matches
        assert (found.document, found.kept) == ("again", "part")
        assert found.other_span == (
            0,
            shouted.index(one.split()[21].upper()) + len(one.split()[21]),
        )


def test_the_same_again_changes_nothing_and_has_the_same_verdict(path: str) -> None:
    with Index.open(path) as index:
        first = index.add("a", STORY)
        index.add("b", f"{STORY}\n{OTHER}")
        assert index.add("a", STORY) == first
        index.commit()
        generation = index.stats()["generation"]
        assert index.update("a", STORY) == first
        index.commit()
        assert index.stats()["generation"] == generation


def test_a_changed_text_replaces(path: str) -> None:
    with Index.open(path) as index:
        index.add("a", STORY)
        index.commit()
        assert index.update("a", OTHER).action == "keep"
        assert index.check(STORY).action == "keep"
        assert index.check(OTHER).action == "drop"
        assert len(index) == 1
    with Index.open(path, mode="r") as index:
        assert (index.check(STORY).action, len(index)) == ("keep", 1)


def test_batches_take_documents_dicts_and_pairs_and_one_id_twice(path: str) -> None:
    batch = [
        Document("a", STORY, "s", {"date": "2026-01-01", "n": 1}),
        {"id": "b", "text": OTHER, "date": 86400, "source": "t", "n": 2},
        ("c", STORY),
        ("c", STORY),
        ("c", OTHER),
    ]
    with Index.open(path) as index:
        actions = [verdict.action for verdict in index.add_many(batch)]
        assert actions == ["keep", "keep", "drop", "drop", "drop"]
        entries = {entry.id: entry for entry in index}
    assert entries["a"].fields == {"n": 1}
    assert entries["b"].date == "1970-01-02T00:00:00+00:00"
    assert list(entries) == ["a", "b", "c"]


def test_removing_and_expiring_forget(path: str) -> None:
    with Index.open(path) as index:
        index.add("old", STORY, date=datetime.date(2020, 1, 1))
        index.add("new", OTHER, date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
        index.add("now", "Nothing that repeats, and no date of its own: it is of this very day.")
        index.commit()
        assert index.expire(before="2021-01-01") == 1
        assert index.check(STORY).action == "keep"
        assert index.remove("new") is True
        assert index.remove("new") is False
        assert [entry.id for entry in index] == ["now"]
        before = index.stats()["bytes"]
        index.compact()
        assert index.stats()["bytes"] < before
        assert index.check(OTHER).action == "keep"
        assert index.verify() == []


def test_what_repeated_a_removed_document_counts_again(path: str) -> None:
    with Index.open(path) as index:
        index.add("a", STORY)
        assert index.add("b", STORY).action == "drop"
        index.remove("a")
        (found,) = index.check(STORY).matches
        assert found.document == "b"
        index.compact()
        (found,) = index.check(STORY).matches
        assert found.document == "b"


def open_files_of(path: str) -> int:
    """How many files of an index this process has open; other tests' files are none of it."""
    count = 0
    for link in list(Path("/proc/self/fd").iterdir()):
        # Some are closed meanwhile.
        with suppress(FileNotFoundError):
            count += str(link.readlink()).startswith(path)
    return count


def test_it_stays_as_large_as_what_it_holds(path: str) -> None:
    with Index.open(path, jobs=1) as index:
        sizes = []
        for number in range(150):
            index.add(str(number), index_killed.text_of(number), date=number)
            index.expire(before=number - 20)
            index.commit()
            assert index.stats()["removed"] <= 64 + len(index)
            sizes.append(sum(file.stat().st_size for file in Path(path, "runs").iterdir()))
            assert open_files_of(path) < 30
        index.compact()
        live = sum(file.stat().st_size for file in Path(path, "runs").iterdir())
    assert open_files_of(path) == 0
    # Small runs have heads of their own, which a large one shares.
    assert max(sizes[75:]) < 8 * live


def test_a_closed_reader_has_no_file_open(path: str) -> None:
    with Index.open(path, jobs=1) as index:
        index.add("a", "One paragraph of nine words that is held here.")
    reader = Index.open(path, mode="r")
    begun = reader.entries()
    assert open_files_of(path) > 0
    reader.close()
    # What was asked before is still told.
    assert [entry.id for entry in begun] == ["a"]
    del begun
    assert open_files_of(path) == 0


# --- who may write, and what readers see -------------------------------------------------------


def test_one_writes_and_another_one_is_told(path: str) -> None:
    with Index.open(path):
        started = time.monotonic()
        with pytest.raises(dedup.IndexLockedError, match="another process writes"):
            Index.open(path, lock_timeout=0.2)
        assert time.monotonic() - started >= 0.2
        Index.open(path, mode="r").close()
    Index.open(path).close()


def test_a_lock_goes_with_its_process(path: str) -> None:
    # Without a name it would be collected, and its lock with it, at some time.
    code = (
        f"import dedup, time; i = dedup.Index.open({path!r}); print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.read(1)
        with pytest.raises(dedup.IndexLockedError):
            Index.open(path)
        writer.send_signal(signal.SIGKILL)
        Index.open(path, lock_timeout=10).close()


def test_a_reader_sees_its_snapshot_until_it_is_refreshed(path: str) -> None:
    with Index.open(path) as writer:
        writer.add("a", STORY)
        writer.commit()
        with Index.open(path, mode="r") as reader:
            writer.add("b", OTHER)
            writer.remove("a")
            assert not reader.refresh()
            for _ in range(5):  # merged away while the reader has the old files open
                writer.add("c", index_killed.text_of(1))
                writer.compact()
                writer.remove("c")
            assert [entry.id for entry in reader] == ["a"]
            assert reader.check(STORY).action == "drop"
            assert reader.check(OTHER).action == "keep"
            assert reader.refresh()
            assert reader.check(STORY).action == "keep"
            assert reader.check(OTHER).action == "drop"
            for forbidden in (reader.commit, reader.compact, lambda: reader.add("d", OTHER)):
                with pytest.raises(dedup.IndexError_, match="read only"):
                    forbidden()


def test_what_is_not_committed_is_gone(path: str) -> None:
    with pytest.raises(KeyboardInterrupt), Index.open(path) as index:
        index.add("a", STORY)
        raise KeyboardInterrupt
    with Index.open(path) as index:
        assert len(index) == 0
        index.add("a", STORY)
        index.discard()
        with pytest.raises(dedup.IndexError_, match="closed"):
            index.add("b", STORY)
    with Index.open(path, mode="r") as index:
        assert len(index) == 0


def asked_in_a_fork(index: Index, queue: multiprocessing.Queue[object]) -> None:
    answers: list[object] = [index.check(STORY).action]
    try:
        index.add("b", OTHER)
    except dedup.IndexError_ as error:
        answers.append("is a fork of it" in error.message)
    queue.put(answers)


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_fork_may_ask(path: str, mode: str) -> None:
    with Index.open(path) as index:
        index.add("a", STORY)
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[object] = context.Queue()
    with Index.open(path, mode=mode) as index:  # type: ignore[arg-type]
        assert index.check(STORY).action == "drop"
        child = context.Process(target=asked_in_a_fork, args=(index, queue))
        child.start()
        assert queue.get(timeout=30) == (["drop", True] if mode == "w" else ["drop", False])
        child.join()
        assert index.check(STORY).action == "drop"


def test_many_threads_ask_while_one_adds(path: str) -> None:
    wrong: list[object] = []

    def ask(index: Index) -> None:
        for _ in range(60):
            verdicts = index.check(STORY), index.check(OTHER)
            wrong.extend(verdicts if [one.action for one in verdicts] != ["drop", "keep"] else ())

    with Index.open(path, jobs=1) as index:
        index.add("a", STORY)
        threads = [threading.Thread(target=ask, args=(index,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(40):
            index.add(str(number), index_killed.text_of(number))
            if number % 8 == 0:
                index.commit()
        for thread in threads:
            thread.join()
    assert wrong == []


# --- policies and releases ---------------------------------------------------------------------


def test_another_policy_is_refused_before_anything_is_read(path: str) -> None:
    Index.open(path, Policy(threshold=0.8)).close()
    with pytest.raises(
        dedup.IncompatibleIndexError, match=r"threshold 0\.8; 0\.7 is wanted"
    ) as error:
        Index.open(path, Policy(), mode="r")
    assert error.value.found == Policy(threshold=0.8).digest
    assert error.value.wanted == Policy().digest
    with Index.open(path) as index:
        assert index.policy == Policy(threshold=0.8)


@pytest.mark.parametrize(
    "settings",
    [
        {"keep": "longest"},
        {"linkage": "chain"},
        {"search": "exhaustive"},
        {"boilerplate": "first"},
        {"min_kept": 0.5},
    ],
)
def test_a_policy_that_an_index_cannot_have_is_refused(
    path: str, settings: dict[str, object]
) -> None:
    (name,) = settings
    with pytest.raises(dedup.PolicyError, match=f"{name} is ") as error:
        Index.open(path, Policy(**settings))
    assert error.value.field == name
    assert not Path(path).exists()


@pytest.mark.parametrize("name", ["format", "fold", "signature", "method"])
def test_an_index_of_another_release_is_refused(path: str, name: str) -> None:
    Index.open(path).close()
    with sqlite3.connect(f"{path}/catalogue.db") as database:
        database.execute("UPDATE meta SET value = '99' WHERE name = ?", (name,))
    with pytest.raises(dedup.IncompatibleIndexError, match=f"has {name} 99") as error:
        Index.open(path)
    assert error.value.found == f"{name} 99"


@pytest.mark.parametrize("older", [3, 4, 5, 6])
def test_an_index_of_an_older_format_is_refused_untouched(tmp_path: Path, older: int) -> None:
    path = tmp_path / "index"
    shutil.copytree(GOLDEN.parent / f"index-{older}", path)
    before = {file: file.read_bytes() for file in (path / "runs").iterdir()}
    for mode in ("r", "w"):
        with pytest.raises(
            dedup.IncompatibleIndexError, match=f"format {older}; this release has 7"
        ):
            Index.open(path, mode=mode)  # type: ignore[arg-type]
    assert {file: file.read_bytes() for file in (path / "runs").iterdir()} == before


def test_the_index_of_the_first_release_is_read(tmp_path: Path) -> None:
    path = tmp_path / "index"
    shutil.copytree(GOLDEN, path)
    expected = json.loads((GOLDEN.parent / "index-7.json").read_text())
    with Index.open(path, mode="r") as index:
        assert index.verify() == []
        assert [entry.to_dict() for entry in index] == expected["entries"]
        found = [index.check(text).to_dict() for text in expected["asked"]]
        assert json.loads(json.dumps(found)) == expected["verdicts"]
    with Index.open(path) as index:
        index.add("new", STORY)
        index.compact()
        assert index.verify() == []


# --- what is no index, and what is no document --------------------------------------------------


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    for name, mode, words in [
        ("absent", "r", "does not exist"),
        ("file", "w", "file exists"),
        ("file", "r", "is a file"),
        ("empty", "r", "it is empty"),
        ("foreign", "r", "has no catalogue.db"),
        ("foreign", "w", "it holds a.txt"),
        ("damaged", "r", "file is not a database"),
        ("damaged", "w", "file is not a database"),
    ]:
        path = tmp_path / name
        if name == "file":
            path.write_text("x")
        elif name != "absent":
            path.mkdir(exist_ok=True)
        if name == "foreign":
            (path / "a.txt").write_text("x")
        if name == "damaged":
            (path / "catalogue.db").write_text("x" * 5000)
        with pytest.raises(dedup.DedupError, match=words):
            Index.open(path, mode=mode)  # type: ignore[arg-type]
    with Index.open(tmp_path / "empty") as index:
        assert len(index) == 0
    with pytest.raises(dedup.IndexError_, match="mode is 'a'"):
        Index.open(tmp_path / "empty", mode="a")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("id", "text", "words"),
    [
        ("", STORY, "an id is empty"),
        ("x" * 70_000, STORY, "70,000 characters long"),
        (7, STORY, "an id is a int"),
        ("a\ud800", STORY, "lone surrogate U\\+D800 at 1"),
        ("a", None, "a: the text is a NoneType"),
        ("a", "x\udc80", "lone surrogate"),
        ("a", b"x", "the text is a bytes"),
    ],
)
def test_what_is_no_document_is_refused(path: str, id: str, text: str, words: str) -> None:
    with Index.open(path) as index:
        with pytest.raises(dedup.InputError, match=words):
            index.add(id, text)
        assert len(index) == 0
        for wrong in ({"id": "a"}, 7, ("a", "b", "c")):
            with pytest.raises(dedup.InputError, match="document 0 of the batch"):
                index.add_many([wrong])
        with pytest.raises(dedup.InputError, match="date is soon"):
            index.add("a", STORY, date="soon")
        with pytest.raises(dedup.InputError, match="fields are no JSON"):
            index.add("a", STORY, fields={"x": object()})


def test_ids_are_any_text(path: str) -> None:
    ids = ["\0", "a\nb", "../../etc/passwd", "/abs", "C:\\x", "é" * 500, "'; DROP TABLE runs; --"]
    with Index.open(path) as index:
        index.add_many([(id, f"{STORY} {place}") for place, id in enumerate(ids)])
    with Index.open(path) as index:
        assert [entry.id for entry in index] == ids
        assert all(id in index for id in ids)
        assert all(index.remove(id) for id in ids)
    assert sorted(item.name for item in Path(path).iterdir()) == ["catalogue.db", "runs"]


def test_large_and_empty_texts(path: str) -> None:
    large = "\n".join(f"{STORY} It is story {place} of many others." for place in range(10_000))
    with Index.open(path) as index:
        assert index.add("empty", "").action == "keep"
        assert index.add("large", large).matches != ()
        assert index.check(large).action == "drop"


def test_a_clock_that_goes_backwards_gives_no_earlier_dates(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Index.open(path) as index:
        monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
        index.add("a", STORY)
        index.commit()
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    with Index.open(path) as index:
        index.add("b", OTHER)
        dates = [entry.date for entry in index]
    assert dates == ["2033-05-18T03:33:20+00:00"] * 2


# --- disks -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_leaves_the_last_commit(path: str) -> None:
    documents = [(str(number), index_killed.text_of(number)) for number in range(100)]
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Index.open(path, jobs=1) as index:
        index.add("a", STORY)
        index.commit()
        index.add_many(documents)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        with pytest.raises(dedup.OutputError, match="file too large") as error:
            index.commit()
        assert "make room for about" in str(error.value)
        assert error.value.path
        with Index.open(path, mode="r") as reader:
            assert [entry.id for entry in reader] == ["a"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        index.commit()
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        with pytest.raises(dedup.OutputError):
            index.compact()
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert index.check(documents[50][1]).action == "drop"
    with Index.open(path) as index:
        assert len(index) == 101
        assert index.verify() == []
        index.compact()
        assert index.check(documents[50][1]).action == "drop"


# --- the command -------------------------------------------------------------------------------


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
