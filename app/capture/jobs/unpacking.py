"""Bodies that were compressed on their way (RFC 9110, Content-Encoding): unpacked piece by piece, never more than may be."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO

from zstandard import ZstdDecompressor, ZstdError

from app.capture.jobs.refusals import BodyBroken, CodingUnknown, DocumentTooLarge, TooDense

CODINGS = ("gzip", "zstd")

MOST_RATIO = 400
"""Bytes unpacked for each byte sent: events that differ in serial numbers alone pack to one in 120."""

_FREE = 1_000_000
"""Bytes from which density is judged: a small body may be as dense as it likes."""

_PIECE = 65_536
_SLICE = 262_144
_MEMBERS = 10_000
"""Members of one gzip body: each may be empty, and costs all the same."""

_WINDOW = 1 << 23
"""Largest window of zstd that is opened (RFC 8878, 3.1.1.1.2): 8 MB, what every reader must support."""

_IN_MEMORY = 1_000_000


def spooled() -> IO[bytes]:
    """A place for a body: in memory while it is small, then a temporary file that vanishes when it is closed."""
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


def unpack(source: BinaryIO, coding: str, most: int) -> IO[bytes]:
    """The body as it was before it was compressed, at its beginning; most: bytes of it.

    Raises CodingUnknown, BodyBroken, DocumentTooLarge, TooDense.
    """
    reader = _READERS.get(coding.strip().lower())
    if reader is None:
        raise CodingUnknown(found=coding[:40], expected=", ".join(CODINGS))
    made = spooled()
    try:
        for piece in _bounded(reader(source), most):
            made.write(piece)
    except (zlib.error, ZstdError, EOFError) as error:
        made.close()
        raise BodyBroken(coding=coding[:40]) from error
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return made


def _bounded(pieces: Iterator[tuple[int, bytes]], most: int) -> Iterator[bytes]:
    """The pieces, as long as they are not too many; raises DocumentTooLarge, TooDense."""
    sent = unpacked = 0
    for taken, piece in pieces:
        sent += taken
        unpacked += len(piece)
        if unpacked > most:
            raise DocumentTooLarge(limit=most)
        if unpacked > max(_FREE, sent * MOST_RATIO):
            raise TooDense(limit=MOST_RATIO)
        yield piece


def _gzip(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(bytes taken, bytes made), a little at a time; several members one after another are one body (RFC 1952, 2.2). Raises EOFError."""
    unpacker, begun, members = zlib.decompressobj(wbits=31), False, 0
    while piece := source.read(_PIECE):
        yield len(piece), b""
        while piece:
            begun = True
            yield 0, unpacker.decompress(piece, _SLICE)
            piece = unpacker.unconsumed_tail
            if unpacker.eof:
                piece, unpacker, begun = unpacker.unused_data, zlib.decompressobj(wbits=31), False
                members += 1
                if members > _MEMBERS:
                    raise EOFError
    if begun:
        raise EOFError


def _zstd(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The same for frames of zstd (RFC 8878)."""
    with ZstdDecompressor(max_window_size=_WINDOW).stream_reader(
        source, read_size=_PIECE, read_across_frames=True, closefd=False
    ) as reader:
        before = source.tell()
        while piece := reader.read(_SLICE):
            now = source.tell()
            yield now - before, piece
            before = now


_READERS: dict[str, Callable[[BinaryIO], Iterator[tuple[int, bytes]]]] = {"gzip": _gzip, "x-gzip": _gzip, "zstd": _zstd}
