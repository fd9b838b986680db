"""The bytes of a large document in the database: portions of one size, packed one by one, read like a file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import delete, select

from app.capture import pack
from app.capture.model import CapturePart
from app.runtime import Runtime
from app.store.tables import table
from app.store.work import Tx

PART = 1_000_000
"""Bytes of a portion before packing."""

_TABLE = table(CapturePart)
_COLUMNS = tuple(column.name for column in _TABLE.columns)


def cut(source: BinaryIO) -> Iterator[bytes]:
    """The portions of a document, packed. source: at its beginning."""
    while portion := _full(source):
        yield pack.pack_document(portion)


def _full(source: BinaryIO) -> bytes:
    """A whole portion, however little a single read brings; less only at the end."""
    pieces, missing = [], PART
    while missing and (piece := source.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def add(tx: Tx, party_id: int, job_id: int, first: int, portions: list[bytes]) -> None:
    """Keep portions, numbered from `first`."""
    tx.insert(_TABLE, _COLUMNS, [(party_id, job_id, first + place, packed) for place, packed in enumerate(portions)])


def drop(tx: Tx, party_id: int, job_id: int) -> None:
    """Forget the bytes of a document of which nothing was taken."""
    tx.execute(delete(CapturePart).where(CapturePart.party_id == party_id, CapturePart.job_id == job_id))


class Parts(io.RawIOBase):
    """A kept document as a file to read; one portion of it is in memory."""

    def __init__(self, on: Runtime, party_id: int, job_id: int, size: int) -> None:
        super().__init__()
        self._on, self._party_id, self._job_id, self._size = on, party_id, job_id, size
        self._at, self._held, self._number = 0, b"", 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Where it stands."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the buffers that are used
        """As much as the portion here has."""
        if self._at >= self._size:
            return 0
        number, place = self._at // PART + 1, self._at % PART
        piece = self._portion(number)[place : place + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _portion(self, number: int) -> bytes:
        if number != self._number:
            mine = (CapturePart.party_id == self._party_id) & (CapturePart.job_id == self._job_id)
            with self._on.store.reading() as connection:
                packed = connection.execute(select(CapturePart.content).where(mine, CapturePart.part == number)).scalar_one()
            self._held, self._number = pack.unpack_document(bytes(packed)), number
        return self._held
