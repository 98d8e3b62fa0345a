"""What a clean run wrote beside the cleaned files, read back source by source."""

from __future__ import annotations

import os
from typing import Any

import orjson

from dedup.errors import FormatError
from dedup.formats.compression import reading
from dedup.formats.records import shown

UNTOUCHED = "the output folder must be exactly as the clean run left it"


class Notes:
    """The lines of `removed.jsonl` or `skipped.jsonl`, taken source by source."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._number = 0
        if not os.path.isfile(path):
            raise FormatError(f"{shown(path)}: the file is missing", path=path, hint=UNTOUCHED)
        with reading(path):
            self._file = open(path, "rb")  # noqa: SIM115 -- closed by close()
        self._line = b""
        self._value: dict[str, Any] = {}
        self.source: str | None = None
        try:
            self._step()
        except BaseException:
            self.close()
            raise

    def take(self, source: str) -> list[tuple[bytes, dict[str, Any]]]:
        """The next lines if they are this source's, else none."""
        taken: list[tuple[bytes, dict[str, Any]]] = []
        while self.source == source:
            taken.append((self._line, self._value))
            self._step()
        return taken

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def broken(self, why: str) -> FormatError:
        """An error at the present line."""
        message = f"{shown(self.path)}:{self._number}: {why}"
        return FormatError(message, path=self.path, line=self._number, hint=UNTOUCHED)

    def _step(self) -> None:
        self._number += 1
        with reading(self.path):
            self._line = self._file.readline()
        if not self._line:
            self.source = None
            return
        try:
            self._value = orjson.loads(self._line)
            self.source = self._value["source"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise self.broken(f"no sound line: {error}") from error
