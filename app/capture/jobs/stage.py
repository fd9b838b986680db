"""Sealed events of a document that is taken whole or not at all, waiting in a file until all of it is judged."""

from __future__ import annotations

import marshal
import struct
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Self

from app.capture.keep import Batch

_LENGTH = struct.Struct(">Q")


class Stage:
    """A temporary file of batches; it vanishes with the process."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by __exit__
        self._end = 0
        self.events = 0

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Away with it."""
        self._file.close()

    def add(self, batch: Batch) -> None:
        """Put a batch down."""
        written = marshal.dumps(tuple(batch))  # plain values of ours, read again by this process only
        self._file.seek(self._end)
        self._end += self._file.write(_LENGTH.pack(len(written)) + written)
        self.events += len(batch.events)

    def batches(self) -> Iterator[Batch]:
        """All of them in their order; may be asked again, also by who stopped half-way: a transaction that failed is run once more."""
        at = 0
        while at < self._end:
            self._file.seek(at)
            (length,) = _LENGTH.unpack(self._file.read(_LENGTH.size))
            at += _LENGTH.size + length
            yield Batch(*marshal.loads(self._file.read(length)))  # noqa: S302  # see add
