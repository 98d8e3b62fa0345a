"""Tables and JSON files of a folder that hold no text are no part of its corpus, nor are pipes and the like."""

import os
import socket
from pathlib import Path

import pytest
from commands import run

import dedup
from dedup.errors import FieldError, InputError

STORY = "The ferry will not sail tomorrow, the harbour office said, because of the storm."


def folder(tmp_path: Path, **files: str) -> Path:
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        (tmp_path / f"{stem}.{suffix}").write_text(content, encoding="utf-8")
    return tmp_path


def test_what_holds_no_text_is_passed_over_with_a_warning(tmp_path):
    folder(
        tmp_path,
        a_txt=STORY,
        b_txt=STORY,
        prices_csv="item,price\nbread,2\n",
        package_json='{\n  "name": "x"\n}\n',
        list_json="[1, 2, 3]",
        empty_json="",
        empty_csv="",
        blank_tsv="\n\n",
    )
    result = dedup.scan(tmp_path)
    assert result.report["counts"]["documents_read"] == 2
    assert len(result.clusters) == 1
    assert sorted(line.partition(":")[0].rpartition("/")[2] for line in result.warnings) == [
        "blank.tsv",
        "empty.csv",
        "empty.json",
        "list.json",
        "package.json",
        "prices.csv",
    ]
    assert all(line.endswith("; passed over") for line in result.warnings)
    dedup.clean(tmp_path, tmp_path.parent / "out")
    written = {path.name for path in (tmp_path.parent / "out").iterdir()}
    assert written == {"_dedup", "a.txt"}


def test_tables_and_json_of_records_belong_to_the_folder(tmp_path):
    folder(
        tmp_path,
        a_csv=f'id,text\n1,"{STORY}"\n',
        b_json=f'[{{"text": "{STORY}"}}]',
        c_json=f'{{"text": "{STORY}"}}\n{{"text": "other"}}\n',
        d_json="[\n",
    )
    with pytest.raises(dedup.FormatError, match=r"d\.json"):
        dedup.scan(tmp_path)
    (tmp_path / "d.json").unlink()
    result = dedup.scan(tmp_path)
    assert result.warnings == []
    assert result.report["counts"]["documents_read"] == 4


def test_a_table_that_is_named_is_read_or_told_of(tmp_path):
    path = folder(tmp_path, prices_csv="item,price\nbread,2\n") / "prices.csv"
    with pytest.raises(FieldError, match="no column is named text"):
        dedup.scan(path)
    with pytest.raises(InputError, match="nothing here holds a text"):
        dedup.scan(tmp_path)


def test_special_files_of_a_folder_are_passed_over_with_a_warning(tmp_path, monkeypatch):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    source = folder(tmp_path / "in", a_txt=STORY, prices_csv="item,price\nbread,2\n")
    os.mkfifo(source / "deep" / "pipe.jsonl")
    os.mkfifo(source / "pipe")  # its name alone says that it is not read
    monkeypatch.chdir(source)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.txt")
    expected = [
        f"{source}/deep/pipe.jsonl: a named pipe; passed over",
        f"{source}/s.txt: a socket; passed over",
    ]
    for paths in (source, f"{source}/*", [source / "a.txt", source]):
        result = dedup.scan(paths)
        assert result.report["counts"]["documents_read"] == 1
        assert result.warnings[:2] == expected
        assert "prices.csv" in result.warnings[2]
    for words in (["clean", ".", "-o", "../out"], ["index", "add", "../index", "."]):
        _, err, code = run(*words)
        assert (err.count("; passed over\n"), code) == (3, 0)


def test_a_special_file_that_is_named_or_alone_is_an_error(tmp_path):
    folder(tmp_path, a_txt=STORY)
    (tmp_path / "deep").mkdir()
    named = tmp_path / "deep" / "pipe.txt"
    os.mkfifo(named)
    for paths in (named, [tmp_path, named], tmp_path / "deep", f"{tmp_path}/*/*.txt"):
        with pytest.raises(InputError, match="a named pipe; only regular files") as caught:
            dedup.scan(paths)
        assert caught.value.path == str(named)
