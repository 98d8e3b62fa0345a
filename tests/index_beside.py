"""An index beside a dict of what it holds: the rules that all such tests share."""

from __future__ import annotations

import shutil
import tempfile
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

import dedup
from dedup import Policy

is_open = precondition(lambda machine: hasattr(machine, "index"))


class Beside(RuleBasedStateMachine):
    """`now` is what the index holds, by ids, `committed` what its last commit has."""

    def begin(self, pool: list[str], policy: Policy | None = None) -> None:
        self.folder = tempfile.mkdtemp()
        self.path = f"{self.folder}/index"
        self.pool = pool
        self.now: dict[str, Any] = {}
        self.committed: dict[str, Any] = {}
        self.removed = False
        self.index = dedup.Index.open(self.path, policy, jobs=1)
        self.policy = self.index.policy

    def take_out(self, id: str) -> None:
        """Note that what an id stood for goes, because another text comes in its place."""
        self.removed |= self.now.pop(id, None) is not None

    @is_open
    @rule(id=st.sampled_from("abcdef"))
    def remove(self, id: str) -> None:
        assert self.index.remove(id) == (id in self.now)
        self.take_out(id)

    @is_open
    @rule()
    def commit(self) -> None:
        self.index.commit()
        self.committed = dict(self.now)

    @is_open
    @rule()
    def compact(self) -> None:
        self.index.compact()
        self.committed = dict(self.now)

    @is_open
    @rule()
    def crash(self) -> None:
        self.index.discard()
        self.now = dict(self.committed)
        self.index = dedup.Index.open(self.path, jobs=1)

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.index.discard()
            shutil.rmtree(self.folder)
