"""The sequencer: gives durable entries dense indices and publishes checkpoints.

Life of an entry: 1. `queue` writes it in the transaction that keeps its event (durable, no index yet); 2. `integrate` takes the oldest
entries, appends them to the tree and removes them from the queue, all in one transaction; 3. the guard file outside the database
remembers size and root; 4. the checkpoint is signed and published. A crash after 2 or 3 is finished by the next pass; a database that
is older than the guard stops the log instead of forking it. One sequencer at a time: SQLite has one writer, PostgreSQL a lock.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, text, update

from app.ledger import find, guard, log_key, merkle, note, tile
from app.ledger.model import Checkpoint, LogLeaf, LogQueue, LogState, LogTile
from app.ledger.refusals import LogKeyChanged, LogRolledBack
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.keys import new_ids
from app.store.tables import table
from app.store.work import AlreadyThere, Rows, Tx

BATCH = 2000
"""Most entries in one pass: about 50 ms of the writer's time."""

_LOCK = 7_274_892
"""Key of the PostgreSQL advisory lock held for one pass."""

LOG_ID = 1


class _State(NamedTuple):
    size: int
    root: bytes


def queue(tx: Tx, entries: Iterable[tuple[int, bytes]]) -> None:
    """Queue (subject, entry) pairs for the log inside the caller's transaction; they keep their order."""
    tx.insert(*queued(entries))


def queued(entries: Iterable[tuple[int, bytes]]) -> Rows:
    """The same as rows, for a write that only inserts."""
    pairs = list(entries)
    for _, entry in pairs:
        tile.check_entry(entry)
    rows = [(number, subject, entry) for number, (subject, entry) in zip(new_ids(len(pairs)), pairs, strict=True)]
    return Rows(table(LogQueue), ("queue_id", "subject", "entry"), rows)


def integrate(*, on: Runtime) -> int:
    """One pass: append what is queued, then publish a checkpoint when there is something new; returns the number of entries appended.

    Raises LogRolledBack, LogKeyChanged: the log then stands still until somebody looks.
    """
    with on.store.reading() as connection:
        waiting = connection.execute(select(LogQueue.queue_id).limit(1)).first() is not None
        published = connection.execute(select(func.max(Checkpoint.size))).scalar() or 0
        state = find.state(connection)
    if not waiting and state is not None and state.size == published:
        return 0
    appended, after = on.store.write(lambda tx: _append(tx, on))
    if after.size > published:
        _publish(after, on)
    return appended


def _append(tx: Tx, on: Runtime) -> tuple[int, _State]:
    if tx.connection.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    before = _open(tx, on)
    rows = list(tx.execute(select(LogQueue.__table__).order_by(LogQueue.queue_id).limit(BATCH)))
    if not rows:
        return 0, before
    hashes = [merkle.leaf_hash(row.entry) for row in rows]
    leaves = [(before.size + place, row.subject, leaf, row.entry) for place, (row, leaf) in enumerate(zip(rows, hashes, strict=True))]
    tx.insert(table(LogLeaf), ("position", "subject", "leaf_hash", "entry"), leaves)
    read = find.tile_reader(tx.connection)
    for piece, body in tile.grow(before.size, hashes, read):
        _keep_tile(tx, piece, body)
    size = before.size + len(rows)
    root = tile.root(size, read)
    tx.execute(update(LogState).where(LogState.log_id == LOG_ID).values(size=size, root=root))
    # By number, never "up to the last one": an entry with a smaller number may be committed by another process at this moment.
    tx.execute(delete(LogQueue).where(LogQueue.queue_id.in_([row.queue_id for row in rows])))
    return len(rows), _State(size, root)


def _open(tx: Tx, on: Runtime) -> _State:
    """The state to append to, checked against key and guard; made on first use."""
    vkey = log_key.signer(on).verifier.vkey
    row = find.state(tx.connection)
    if row is None:
        tx.execute(insert(LogState).values(log_id=LOG_ID, vkey=vkey, size=0, root=merkle.EMPTY_ROOT))
        state = _State(0, merkle.EMPTY_ROOT)
    elif row.vkey != vkey:
        raise LogKeyChanged(expected=row.vkey, found=vkey, retry_after=60)
    else:
        state = _State(row.size, row.root)
    seen = guard.read(on)
    if seen.size > state.size or (seen.size and _root_at(tx, seen.size, state) != seen.root):
        raise LogRolledBack(published=seen.size, found=state.size, retry_after=60)
    return state


def _root_at(tx: Tx, size: int, state: _State) -> bytes:
    return state.root if size == state.size else tile.root(size, find.tile_reader(tx.connection))


def _keep_tile(tx: Tx, piece: tile.Tile, body: bytes) -> None:
    changed = tx.execute(update(LogTile).where(LogTile.level == piece.level, LogTile.position == piece.number).values(hashes=body))
    if changed.rowcount == 0:
        tx.execute(insert(LogTile).values(level=piece.level, position=piece.number, hashes=body))


def _publish(state: _State, on: Runtime) -> None:
    """Guard first, then the checkpoint: nobody can have seen one that the guard does not remember."""
    with guard.held(on):
        if guard.read(on).size < state.size:
            guard.write(state.size, state.root, on)
    text_ = note.sign_checkpoint(state.size, state.root, log_key.signer(on))
    values: dict[str, Any] = {"size": state.size, "root": state.root, "note": text_, "published_at": to_micros(on.clock.now())}

    def run(tx: Tx) -> None:
        if tx.execute(select(Checkpoint.size).where(Checkpoint.size == state.size)).first() is None:
            tx.execute(insert(Checkpoint).values(values))

    # Another process published this size between our look and our insert: the same root, so the same statement.
    with contextlib.suppress(AlreadyThere):
        on.store.write(run)
