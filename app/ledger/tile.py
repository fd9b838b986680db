"""Tiles of the log: 256 hashes a file, their paths, and proofs computed from a few of them.

Source: C2SP tlog-tiles (July 2026). A full tile never changes; a partial one stands in a path with its width.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from app.errors import Invalid
from app.ledger import merkle
from app.ledger.merkle import HASH_SIZE, leaf_hash

WIDTH = 256
HEIGHT = 8
MAX_ENTRY = 65_535
ENTRIES = -1
"""Level number of entry bundles, which lie beside the tiles of level 0."""

_MAX_LEVEL = 63
_MAX_INDEX = 2**63 // WIDTH
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)

ReadTile = Callable[[int, int, int], bytes]
"""Bytes of a tile from (level, index, width): exactly width * 32."""


class TilePath(Invalid):
    """The text is not the path of a tile or entry bundle. params: found."""

    code = "ledger.tile-path"


class TileSize(Invalid):
    """A tile has another length than its width requires. params: tile (path), expected, found (bytes)."""

    code = "ledger.tile-size"


class EntryTooLong(Invalid):
    """A log entry does not fit its 16-bit length. params: limit, found."""

    code = "ledger.entry-too-long"


class EntriesMalformed(Invalid):
    """An entry bundle ends inside an entry, or holds another number of entries than asked. params: offset."""

    code = "ledger.entries-malformed"


class Tile(NamedTuple):
    """Address of a tile: level (ENTRIES for an entry bundle), number within the level, number of hashes 1 to 256."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Path below the log's address: `tile/0/x001/x234/067`, with `.p/W` when partial."""
        return path(self)


def path(tile: Tile) -> str:
    """Path of a tile: index in groups of three digits, all but the last marked with x."""
    digits = f"{tile.number:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    level = "entries" if tile.level == ENTRIES else str(tile.level)
    return f"tile/{level}/{name}" + (f".p/{tile.width}" if tile.width != WIDTH else "")


def parse(text: str) -> Tile:
    """Tile of a path, in its one canonical spelling. Raises TilePath."""
    match = _PATH.fullmatch(text) if len(text) <= 64 else None  # the longest path has 45 characters
    if match is None:
        raise TilePath(found=text[:80])
    level = ENTRIES if match[1] == "entries" else int(match[1])
    tile = Tile(level, int(re.sub(r"[x/]", "", match[2])), int(match[3] or WIDTH))
    if level > _MAX_LEVEL or tile.number >= _MAX_INDEX or path(tile) != text:
        raise TilePath(found=text[:80])
    return tile


def tiles(size: int) -> Iterator[Tile]:
    """Every tile of a tree of this size, lowest level first; entry bundles are not among them."""
    return changed(0, size)


def changed(old: int, size: int) -> Iterator[Tile]:
    """Tiles to write when a tree grows from `old` to `size` leaves, lowest level first."""
    before, now, level = old, size, 0
    while now:
        if before != now:
            full = now // WIDTH
            for index in range(before // WIDTH, full):
                yield Tile(level, index)
            if now % WIDTH:
                yield Tile(level, full, now % WIDTH)
        before, now, level = before // WIDTH, now // WIDTH, level + 1


def at(level: int, index: int, size: int) -> Tile:
    """Tile of a level and index at the width it has in a tree of this size. Raises IndexOutside when it is empty."""
    width = min(WIDTH, (size >> HEIGHT * max(level, 0)) - index * WIDTH)
    if width <= 0 or index < 0:
        raise merkle.IndexOutside(index=index, size=size)
    return Tile(level, index, width)


def bundles(old: int, size: int) -> Iterator[Tile]:
    """Entry bundles to write when a tree grows from `old` to `size` leaves."""
    for tile in changed(old, size):
        if tile.level == 0:
            yield Tile(ENTRIES, tile.number, tile.width)


class Tree:
    """A tree of one size read from its tiles: each tile is read once and each inner hash made once, however many proofs are asked for."""

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        self.size = size
        self._read = read_tile
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._hashes: dict[tuple[int, int], bytes] = {}
        self._spans: dict[merkle.Span, bytes] = {}

    def path(self, index: int) -> list[bytes]:
        """Inclusion proof of a leaf, at most two tile reads a level. Raises IndexOutside, TileSize."""
        return [self.span(*span) for span in merkle.inclusion_spans(index, self.size)]

    def span(self, start: int, end: int) -> bytes:
        """Root over the leaves of a proof's span. Raises TileSize."""
        known = self._spans.get((start, end))
        if known is None:
            known = self._spans[start, end] = merkle.span_root(start, end, self.subtree)
        return known

    def subtree(self, level: int, index: int) -> bytes:
        """Root of the complete subtree over the leaves index * 2**level to (index + 1) * 2**level. Raises TileSize."""
        known = self._hashes.get((level, index))
        if known is None:
            if level % HEIGHT == 0:
                body = self._tile(level // HEIGHT, index // WIDTH)
                start = index % WIDTH * HASH_SIZE
                known = body[start : start + HASH_SIZE]
            else:
                known = merkle.node_hash(self.subtree(level - 1, 2 * index), self.subtree(level - 1, 2 * index + 1))
            self._hashes[level, index] = known
        return known

    def _tile(self, level: int, index: int) -> bytes:
        body = self._tiles.get((level, index))
        if body is None:
            body = self._tiles[level, index] = read(at(level, index, self.size), self._read)
        return body


def read(tile: Tile, read_tile: ReadTile) -> bytes:
    """Bytes of a tile, checked for their length. Raises TileSize."""
    body = read_tile(*tile)
    if len(body) != tile.width * HASH_SIZE:
        raise TileSize(tile=tile.path, expected=tile.width * HASH_SIZE, found=len(body))
    return body


def inclusion_paths(indices: Iterable[int], size: int, read_tile: ReadTile) -> Iterator[list[bytes]]:
    """Inclusion proofs of many leaves in a tree of this size, in their order. Raises IndexOutside, TileSize."""
    tree = Tree(size, read_tile)
    return (tree.path(index) for index in indices)


def inclusion_path(index: int, size: int, read_tile: ReadTile) -> list[bytes]:
    """Inclusion proof of a leaf in a tree of this size, at most two tile reads a level. Raises IndexOutside, TileSize."""
    return Tree(size, read_tile).path(index)


def consistency_path(old: int, size: int, read_tile: ReadTile) -> list[bytes]:
    """Consistency proof between two sizes of the tree. Raises SizesWrong, TileSize."""
    tree = Tree(size, read_tile)
    return [tree.span(*span) for span in merkle.consistency_spans(old, size)]


def root(size: int, read_tile: ReadTile) -> bytes:
    """Root of a tree of this size, from the tiles along its right edge. Raises TileSize."""
    return Tree(size, read_tile).span(0, size)


def grow(old: int, leaf_hashes: Iterable[bytes], read_tile: ReadTile) -> Iterator[tuple[Tile, bytes]]:
    """Contents of every tile that changes when leaf hashes are appended to a tree of `old` leaves, lowest level first.

    Reads the one partial tile at the right edge of each level that grows. Raises TileSize.
    """
    hashes, level, before = list(leaf_hashes), 0, old
    while hashes:
        filled = before % WIDTH
        index = before // WIDTH
        body = (read(Tile(level, index, filled), read_tile) if filled else b"") + b"".join(hashes)
        above: list[bytes] = []
        for start in range(0, len(body), WIDTH * HASH_SIZE):
            piece = body[start : start + WIDTH * HASH_SIZE]
            yield Tile(level, index, len(piece) // HASH_SIZE), piece
            if len(piece) == WIDTH * HASH_SIZE:
                above.append(tile_root(piece))
            index += 1
        hashes, level, before = above, level + 1, before // WIDTH


def tile_root(body: bytes) -> bytes:
    """Root over the hashes of a tile: of a full one, its hash in the level above."""
    return merkle.root([body[at : at + HASH_SIZE] for at in range(0, len(body), HASH_SIZE)])


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """Entry bundle: each entry after its 16-bit big-endian length. Raises EntryTooLong."""
    parts: list[bytes] = []
    for entry in entries:
        check_entry(entry)
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def check_entry(entry: bytes) -> None:
    """Refuse an entry that no bundle can hold. Raises EntryTooLong."""
    if len(entry) > MAX_ENTRY:
        raise EntryTooLong(limit=MAX_ENTRY, found=len(entry))


def unpack_entries(bundle: bytes, count: int) -> list[bytes]:
    """The `count` entries of a bundle, in order. Raises EntriesMalformed."""
    entries: list[bytes] = []
    offset = 0
    while offset < len(bundle):
        start = offset + 2
        end = start + int.from_bytes(bundle[offset:start], "big")
        if start > len(bundle) or end > len(bundle):
            raise EntriesMalformed(offset=offset)
        entries.append(bundle[start:end])
        offset = end
    if len(entries) != count:
        raise EntriesMalformed(offset=offset)
    return entries


def leaf_tile(bundle: bytes, count: int) -> bytes:
    """Level 0 tile that an entry bundle hashes to. Raises EntriesMalformed."""
    return b"".join(leaf_hash(entry) for entry in unpack_entries(bundle, count))
