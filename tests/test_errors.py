"""Errors are of one family, and name what is of the wrong kind; what files hold survives being read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dedup
from dedup.errors import DedupError, FormatError, InputError, OutputError


def test_every_error_is_of_one_family() -> None:
    for kind in (InputError, FormatError, OutputError):
        error = kind("what: value; what is allowed", path="p", hint="do this")
        assert isinstance(error, DedupError)
        assert str(error) == "what: value; what is allowed\nhint: do this"
        assert (error.path, error.hint) == ("p", "do this")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dedup.scan("\ud800"), "cannot be the name of a file"),
        (lambda: dedup.Policy(protect="\ud800"), "lone surrogate"),
        (lambda: dedup.scan([dedup.Document(None, 5)]), "the text is an int"),  # type: ignore[arg-type]
        (lambda: dedup.scan(["x"], policy="x"), "it must be a Policy"),  # type: ignore[arg-type]
        (lambda: dedup.unique("abc"), "a stream of articles"),
        (lambda: dedup.scan("x", input_format="pdf"), "it must be text, jsonl, json, csv"),
        (lambda: dedup.scan(["x"], jobs=100_000), "from 1 to 1024"),
        (lambda: dedup.scan(["x"], options=5), "options is an int"),  # type: ignore[arg-type]
        (lambda: dedup.Options(batch_bytes="x"), "batch_bytes is 'x'"),  # type: ignore[arg-type]
        (lambda: dedup.clean(Path(__file__).parent, 5), "the output is 5"),  # type: ignore[arg-type]
        (lambda: dedup.clean(Path(__file__).parent, ""), "the output is ''"),
        (lambda: dedup.Policy(keep="prefer:\udcff"), "lone surrogate"),
        (lambda: dedup.scan(["x"], text_field="\udcff"), "text_field is .* valid Unicode"),
        (lambda: dedup.restore(None, "x"), "to restore is None"),  # type: ignore[arg-type]
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(call: Any, message: str) -> None:
    with pytest.raises(dedup.DedupError, match=message):
        call()


def test_clusters_and_ledger_lines_survive_their_own_json() -> None:
    from dedup.model.clusters import Cluster
    from dedup.model.ledger import ledger_entry
    from dedup.model.matches import Match

    member = {"document": "a", "source": "a.txt", "blocks": [0, 1], "span": [0, 9], "keeper": True}
    scores = {"relation": "near", "resemblance": 0.8, "containment": 0.9}
    cluster = {
        "cluster": "0123456789abcdef",
        "kind": "shared",
        "relation": "near",
        "tokens": 9,
        "documents": 2,
        "members": [member, {**member, "keeper": False, **scores, "kept": "min_tokens"}],
    }
    assert json.dumps(Cluster.from_json(cluster).to_dict()) == json.dumps(cluster)
    side = {"document": "a", "source": "a.txt", "blocks": [0, 1], "span": [0, 9], "copies": 2}
    match = {"left": side, "right": side, **scores, "template": False}
    assert json.dumps(Match.from_json(match).to_dict()) == json.dumps(match)
    place = {"document": "a", "source": "a.txt", "span": [0, 9]}
    removed = {**place, "text": "t", "cluster": "0" * 16, **scores, "keeper": place}
    dropped = {"document": "a", "source": "a.txt", "dropped": True, "record": "r"}
    for entry in (removed, dropped):
        assert json.dumps(ledger_entry(entry).to_dict()) == json.dumps(entry)
