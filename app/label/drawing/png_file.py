"""A PNG of one bit a dot, of which only the rows that a label adds to its plate are compressed anew.

The rows of a plate are compressed once in bands that do not refer to one another; a label's file is the bands it leaves as they are,
joined with those it changes. Sources: RFC 1950 (checksum), RFC 1951 (blocks), PNG specification, 2nd edition, 9.2 (filters).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Packed = NDArray[np.uint8]
"""(height, bytes of eight dots each), 1 is black."""

_BAND = 32
"""Rows of a band: few enough to leave most as they are, many enough to be compressed well."""

_UP = 2
"""Filter that says a line by its difference to the one above: bars and the rows of a module are then nothing."""

_BASE = 65521
"""Modulus of the checksum."""

_BEGIN, _END = b"\x78\x01", b"\x03\x00"
"""Head of a stream at the fastest level; an empty last block."""

_Piece = tuple[bytes, int, int]
"""Compressed rows, checksum and length of what they were."""


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """The compressed rows of a plate."""

    pieces: tuple[_Piece, ...]


def bands(packed: Packed) -> Bands:
    """The rows of a plate, compressed once for all its labels."""
    return Bands(tuple([_piece(packed, top, top + _BAND) for top in range(0, len(packed), _BAND)]))


def file(packed: Packed, plate: Bands, changed: Iterable[tuple[int, int]], wide: int, dpi: int) -> bytes:
    """The file of a label; changed: rows, from and to, in which it differs from its plate; wide: dots in a row."""
    fresh = [False] * len(plate.pieces)
    for top, bottom in changed:
        # The line below the last changed one is told by its difference to that one.
        for band in range(max(0, top) // _BAND, min(bottom, len(packed) - 1) // _BAND + 1):
            fresh[band] = True
    pieces: list[_Piece] = []
    begin: int | None = None
    for band, new in enumerate([*fresh, False]):
        if new and begin is None:
            begin = band
        if not new and begin is not None:
            pieces.append(_piece(packed, begin * _BAND, band * _BAND))
            begin = None
        if not new and band < len(fresh):
            pieces.append(plate.pieces[band])
    metre = round(dpi / 0.0254)
    chunks = (
        _chunk(b"IHDR", struct.pack(">IIBBBBB", wide, len(packed), 1, 0, 0, 0, 0)),
        _chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1)),
        _chunk(b"IDAT", _stream(pieces)),
        _chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _piece(packed: Packed, top: int, bottom: int) -> _Piece:
    """Rows as filtered lines in blocks that end at a whole byte and refer to nothing before them."""
    bottom = min(bottom, len(packed))
    white = ~packed[max(0, top - 1) : bottom]
    lines = np.empty((bottom - top, 1 + packed.shape[1]), dtype=np.uint8)
    lines[:, 0] = _UP
    if top:
        np.subtract(white[1:], white[:-1], out=lines[:, 1:])
    else:
        lines[0, 1:] = white[0]
        np.subtract(white[1:], white[:-1], out=lines[1:, 1:])
    raw = lines.tobytes()
    # Filtered rows are long runs of nothing: looking for those only is a tenth faster and comes out a tenth smaller.
    press = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    return press.compress(raw) + press.flush(zlib.Z_FULL_FLUSH), zlib.adler32(raw), len(raw)


def _stream(pieces: Iterable[_Piece]) -> bytes:
    """One stream of all blocks; the checksum of the whole follows from those of its parts."""
    low, high = 1, 0
    for _, checksum, length in pieces:
        high = (high + (checksum >> 16) + length * (low - 1)) % _BASE
        low = (low + (checksum & 0xFFFF) - 1) % _BASE
    return b"".join([_BEGIN, *(block for block, _, _ in pieces), _END, struct.pack(">I", high << 16 | low)])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
