"""Errors are of one family; what files hold survives being read again."""

from __future__ import annotations

import json

from dedup.errors import DedupError, FormatError, InputError, OutputError


def test_every_error_is_of_one_family() -> None:
    for kind in (InputError, FormatError, OutputError):
        error = kind("what: value; what is allowed", path="p", hint="do this")
        assert isinstance(error, DedupError)
        assert str(error) == "what: value; what is allowed\nhint: do this"
        assert (error.path, error.hint) == ("p", "do this")


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
