"""Judged registrations on disk until all of a file is judged: a million of them need no memory, and what was judged is what is written.

Reading the file again would cost as much as judging it, a pipe cannot be read twice, and a file may change in between. Blocks of rows are
kept compressed in a file without a name, which goes with the process however that ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

import orjson
from zstandard import ZstdCompressor, ZstdDecompressor

from app.resolve.kept import Kept
from app.resolve.plan import Item, Wish

_IN_MEMORY = 4_000_000
"""Bytes, compressed, that never reach the disk: what a page or a program sends."""

_LENGTH = 4
"""Bytes of the number before each block."""


class Spool:
    """Wishes in the order they came, put in portions and read back in the same portions, as often as one likes."""

    def __init__(self, folder: Path) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder))  # noqa: SIM115  # closed by __exit__
        self._pack, self._unpack = ZstdCompressor(level=1), ZstdDecompressor()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def put(self, wishes: Sequence[Wish]) -> None:
        """Keep a portion; its wishes have no findings."""
        if not wishes:
            return
        rows = [(wish.number, wish.hosts, wish.item.pointer, dict(wish.item.spots) or None, tuple(wish.row)) for wish in wishes]
        block = self._pack.compress(orjson.dumps(rows))
        self._file.write(len(block).to_bytes(_LENGTH, "big") + block)

    def __iter__(self) -> Iterator[list[Wish]]:
        self._file.seek(0)
        while length := self._file.read(_LENGTH):
            yield [_wish(*each) for each in orjson.loads(self._unpack.decompress(self._file.read(int.from_bytes(length, "big"))))]


def _wish(number: int, hosts: list[str], pointer: str, spots: dict[str, str] | None, row: list[object]) -> Wish:
    item = Item(None, pointer, spots=spots) if spots else Item(None, pointer)
    return Wish(number, Kept._make(row), tuple(hosts), item)
