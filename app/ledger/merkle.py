"""The Merkle tree of the log: leaf and node hashes, roots, inclusion and consistency proofs, the stored frontier.

Pure functions over 32-byte SHA-256 hashes. Source: RFC 6962 section 2.1 (same tree in RFC 9162 section 2.1).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from app.errors import Invalid

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
"""Root of a tree without leaves: the hash of nothing (RFC 6962, 2.1)."""

Span = tuple[int, int]
"""Leaves `start` to `end` (exclusive) whose tree hash stands in a proof."""


class ProofWrong(Invalid):
    """A Merkle proof does not show what it claims; the subclasses say why."""


class IndexOutside(ProofWrong):
    """The leaf index is not in a tree of that size. params: index, size."""

    code = "ledger.index-outside"


class SizesWrong(ProofWrong):
    """No consistency proof exists between two trees of these sizes. params: old, new."""

    code = "ledger.sizes-wrong"


class PathLength(ProofWrong):
    """The proof has more or fewer hashes than its index and size require. params: expected, found."""

    code = "ledger.path-length"


class HashLength(ProofWrong):
    """A hash in a proof is not 32 bytes long. params: found."""

    code = "ledger.hash-length"


class RootMismatch(ProofWrong):
    """The proof leads to another root. params: expected, found (hex digests)."""

    code = "ledger.root-mismatch"


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a log entry as a leaf; the prefix 0x00 keeps leaves and nodes apart."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root of the tree over leaf hashes, in one pass of n - 1 node hashes."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Leaves under each hash of an inclusion proof, from the leaf's sibling up to the root's child.

    Raises IndexOutside unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise IndexOutside(index=index, size=size)
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    spans.reverse()
    return spans


def consistency_spans(old: int, size: int) -> list[Span]:
    """Leaves under each hash of a consistency proof between trees of `old` and `size` leaves (RFC 6962, 2.1.2).

    Raises SizesWrong unless 1 <= old <= size.
    """
    if not 1 <= old <= size:
        raise SizesWrong(old=old, new=size)
    spans: list[Span] = []
    start, end = 0, size
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:  # the old tree is not itself a complete subtree the verifier already knows
        spans.append((start, end))
    spans.reverse()
    return spans


def inclusion_path(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Proof that a leaf is in the tree, from its sibling upward. Raises IndexOutside."""
    return [root(leaf_hashes[start:end]) for start, end in inclusion_spans(index, len(leaf_hashes))]


def consistency_path(old: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Proof that the tree of the first `old` leaves is a beginning of the tree of all. Raises SizesWrong."""
    return [root(leaf_hashes[start:end]) for start, end in consistency_spans(old, len(leaf_hashes))]


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Root that an inclusion path leads to, checking its index and exact length first.

    leaf: 32-byte leaf hash. Raises IndexOutside, PathLength, HashLength.
    """
    if not 0 <= index < size:
        raise IndexOutside(index=index, size=size)
    inner, border = _shape(index, size)
    _check_path(path, inner + border)
    _check_path((leaf,), 1)
    return _climb_border(_climb(leaf, path[:inner], index), path[inner:])


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], tree_root: bytes) -> None:
    """Check that a leaf hash stands at `index` of the tree with this size and root.

    Returns nothing; raises IndexOutside, PathLength, HashLength or RootMismatch (all ProofWrong).
    Source: RFC 9162 section 2.1.3.2.
    """
    _same(tree_root, root_of_inclusion(leaf, index, size, path))


def verify_consistency(old: int, old_root: bytes, size: int, tree_root: bytes, path: Sequence[bytes]) -> None:
    """Check that the tree (old, old_root) is a beginning of the tree (size, tree_root).

    Returns nothing; raises SizesWrong (an empty old tree proves nothing and is refused), PathLength, HashLength
    or RootMismatch (all ProofWrong). Source: RFC 9162 section 2.1.4.2.
    """
    if not 1 <= old <= size:
        raise SizesWrong(old=old, new=size)
    if old == size:
        _check_path(path, 0)
        _same(old_root, tree_root)
        return
    shift = (old & -old).bit_length() - 1
    inner, border = _shape(old - 1, size)
    inner -= shift
    known = old == 1 << shift  # the old tree is one complete subtree: its root is the seed and is left out of the path
    _check_path(path, inner + border + (not known))
    seed, rest = (old_root, path) if known else (path[0], path[1:])
    mask = (old - 1) >> shift
    _same(old_root, _climb_border(_climb(seed, rest[:inner], mask, right_only=True), rest[inner:]))
    _same(tree_root, _climb_border(_climb(seed, rest[:inner], mask), rest[inner:]))


class CompactRange:
    """The right edge of a growing tree: its size and the roots of its complete subtrees, largest first.

    It is all that appending needs, so it is what a log stores between batches; the frontier holds as many
    32-byte hashes as `size` has bits set.
    """

    __slots__ = ("_frontier", "size")

    def __init__(self, size: int = 0, frontier: Iterable[bytes] = ()) -> None:
        """Resume from a stored size and frontier. Raises PathLength or HashLength when they do not belong together."""
        self.size = size
        self._frontier = list(frontier)
        if size < 0:
            raise SizesWrong(old=0, new=size)
        _check_path(self._frontier, size.bit_count())

    @property
    def frontier(self) -> tuple[bytes, ...]:
        """Roots of the complete subtrees, largest first: what to store."""
        return tuple(self._frontier)

    def append(self, leaf: bytes) -> int:
        """Add one 32-byte leaf hash and answer its index."""
        _check_path((leaf,), 1)
        index, frontier, seed = self.size, self._frontier, leaf
        merges = index
        while merges & 1:
            seed = sha256(b"\x01" + frontier.pop() + seed).digest()
            merges >>= 1
        frontier.append(seed)
        self.size = index + 1
        return index

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """Root of the tree as it stands."""
        return fold(self._frontier)


def fold(subtrees: Sequence[bytes]) -> bytes:
    """Root over adjoining complete subtrees, largest first: each is joined to all that follow it."""
    if not subtrees:
        return EMPTY_ROOT
    seed = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        seed = node_hash(left, seed)
    return seed


def span_root(start: int, end: int, subtree: Callable[[int, int], bytes]) -> bytes:
    """Root over the leaves of a proof's span, from complete subtrees that `subtree(level, index)` supplies.

    A subtree of level k and index i covers the leaves i * 2**k to (i + 1) * 2**k.
    """
    pieces: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        pieces.append(subtree(level, start >> level))
        start += 1 << level
    return fold(pieces)


def _split(count: int) -> int:
    """Largest power of two smaller than count, which is at least 2: the size of the left subtree."""
    return 1 << (count - 1).bit_length() - 1


def _shape(index: int, size: int) -> tuple[int, int]:
    """Number of path hashes beside complete levels, and along the right border above them."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _climb(seed: bytes, path: Sequence[bytes], index: int, *, right_only: bool = False) -> bytes:
    """Hash upward; bit i of index says on which side the i-th path hash stands. right_only skips right siblings."""
    for level, sibling in enumerate(path):
        if index >> level & 1:
            seed = node_hash(sibling, seed)
        elif not right_only:
            seed = node_hash(seed, sibling)
    return seed


def _climb_border(seed: bytes, path: Sequence[bytes]) -> bytes:
    """Hash upward along the right border, where every sibling stands on the left."""
    for sibling in path:
        seed = node_hash(sibling, seed)
    return seed


def _check_path(path: Sequence[bytes], expected: int) -> None:
    """Refuse a path of another length, or with a hash that is not 32 bytes."""
    if len(path) != expected:
        raise PathLength(expected=expected, found=len(path))
    for value in path:
        if len(value) != HASH_SIZE:
            raise HashLength(found=len(value))


def _same(expected: bytes, found: bytes) -> None:
    """Refuse roots that differ, in constant time."""
    if not hmac.compare_digest(expected, found):
        raise RootMismatch(expected=expected.hex(), found=found.hex())
