"""All files of a run as one archive, sent while it is made: a hundred thousand labels are never in memory together."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from app.label.runs import find
from app.label.runs.run_parts import members, write
from app.runtime import Runtime


class _Outlet(io.RawIOBase):
    """A file that cannot go back: what was written waits until it is taken."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        raw = bytes(data)  # type: ignore[call-overload]  # a buffer, as zipfile hands over
        self._waiting += raw
        return len(raw)

    def taken(self) -> bytes:
        raw, self._waiting = bytes(self._waiting), bytearray()
        return raw


def stream(party_id: int, run_id: int, parts: int, *, on: Runtime) -> Iterator[bytes]:
    """The archive of the parts 1 to `parts`, bit by bit; pictures lie in it one by one. Raises NoSuchRunFile."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w") as archive:
        for part in range(1, parts + 1):
            with on.store.reading() as connection:
                row = find.file(connection, party_id, run_id, part)
            for name, content in members(row.content, row.name):
                write(archive, name, content)
            yield outlet.taken()
    yield outlet.taken()
