"""Reads of the log: state, checkpoints, leaves, tiles and proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection, Row

from app.ledger import note, proof_file, tile
from app.ledger.merkle import HASH_SIZE
from app.ledger.model import Checkpoint, LogLeaf, LogState, LogTile
from app.ledger.refusals import NotInLog, NotYetPublished

_TILE = select(LogTile.hashes).where(LogTile.level == bindparam("level"), LogTile.position == bindparam("number"))
_COVERED = select(LogLeaf.position).where(LogLeaf.subject == bindparam("subject"), LogLeaf.position < bindparam("size")).limit(1)
_LEAVES = (
    select(LogLeaf.position, LogLeaf.subject, LogLeaf.entry)
    .where(LogLeaf.subject.in_(bindparam("subjects", expanding=True)), LogLeaf.position < bindparam("size"))
    .order_by(LogLeaf.position.desc())
)
_SOME = 1000
"""Subjects asked for in one statement: both databases limit how many values one may carry."""

_LATEST = select(Checkpoint.__table__).order_by(Checkpoint.size.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry, its index, and the hashes that lead to the root of a published checkpoint."""

    entry: bytes
    index: int
    path: list[bytes]
    checkpoint: str
    size: int

    def as_file(self) -> str:
        """The `.tlog-proof` text (C2SP tlog-proof)."""
        return proof_file.make(self.index, self.path, self.checkpoint)


def state(connection: Connection) -> Row[Any] | None:
    """Which log this is and how far it has been integrated; None before its first entry."""
    return connection.execute(select(LogState.__table__)).first()


def latest_checkpoint(connection: Connection) -> Row[Any] | None:
    """The newest published checkpoint."""
    return connection.execute(_LATEST).first()


def checkpoint_at(connection: Connection, size: int) -> Row[Any] | None:
    """The published checkpoint of a size."""
    return connection.execute(select(Checkpoint.__table__).where(Checkpoint.size == size)).first()


def recent_checkpoints(connection: Connection, count: int) -> list[Row[Any]]:
    """The newest checkpoints, newest first."""
    return list(connection.execute(select(Checkpoint.__table__).order_by(Checkpoint.size.desc()).limit(count)))


def tile_reader(connection: Connection) -> tile.ReadTile:
    """A reader of tiles for `app.ledger.tile`: a stored tile may have grown since, its beginning never changes."""

    def read(level: int, number: int, width: int) -> bytes:
        row = connection.execute(_TILE, {"level": level, "number": number}).first()
        return b"" if row is None else bytes(row.hashes[: width * HASH_SIZE])

    return read


def entries(connection: Connection, start: int, end: int) -> list[bytes]:
    """The entries from index `start` to `end`, exclusive."""
    statement = select(LogLeaf.entry).where(LogLeaf.position >= start, LogLeaf.position < end).order_by(LogLeaf.position)
    return [bytes(row.entry) for row in connection.execute(statement)]


def covered(connection: Connection, subject: int) -> bool:
    """Whether the newest checkpoint covers an entry about this subject."""
    latest = latest_checkpoint(connection)
    return latest is not None and connection.execute(_COVERED, {"subject": subject, "size": latest.size}).first() is not None


def proofs(connection: Connection, subjects: Sequence[int]) -> dict[int, Proof]:
    """Proofs of the entries about these subjects (event or party ids) under the newest checkpoint; a subject without one is left out."""
    latest = latest_checkpoint(connection)
    if latest is None:
        return {}
    rows: dict[int, Any] = {}
    for start in range(0, len(subjects), _SOME):
        asked = {"subjects": list(subjects[start : start + _SOME]), "size": latest.size}
        rows |= {row.subject: row for row in connection.execute(_LEAVES, asked)}
    paths = tile.inclusion_paths((row.position for row in rows.values()), latest.size, tile_reader(connection))
    return {
        subject: Proof(bytes(row.entry), row.position, path, latest.note, latest.size)
        for (subject, row), path in zip(rows.items(), paths, strict=True)
    }


def proof(connection: Connection, subject: int) -> Proof:
    """The proof for one subject; raises NotYetPublished for one that is in the log without a checkpoint, NotInLog otherwise."""
    found = proofs(connection, [subject]).get(subject)
    if found is not None:
        return found
    if connection.execute(select(LogLeaf.position).where(LogLeaf.subject == subject)).first() is not None:
        raise NotYetPublished(retry_after=1)
    raise NotInLog(subject=str(subject))


def origin_and_vkey(connection: Connection) -> tuple[str, str]:
    """The log's origin and its public key as a vkey; raises NotInLog before the first entry."""
    row = state(connection)
    if row is None:
        raise NotInLog(subject="log")
    return note.Verifier.parse(row.vkey).name, row.vkey
