"""The sequencer: order kept, crashes finished, an old database or another key stopped instead of forking the log."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from app.clock import SetClock
from app.ledger import find, guard, log_key, merkle, note, sequencer, tile
from app.ledger.model import Checkpoint, LogLeaf, LogQueue, LogState, LogTile
from app.ledger.refusals import LogKeyChanged, LogRolledBack, NotInLog, NotYetPublished
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store.work import Tx
from tests.thorough import ONE_FIXTURE, rounds


def _queue(on: Runtime, *entries: bytes, subject: int = 1) -> None:
    on.store.write(lambda tx: sequencer.queue(tx, [(subject, entry) for entry in entries]))


def _integrate_all(on: Runtime) -> int:
    count = 0
    while appended := sequencer.integrate(on=on):
        count += appended
    return count


def _entries(on: Runtime) -> list[bytes]:
    with on.store.reading() as connection:
        return find.entries(connection, 0, 1_000_000)


def _newest(on: Runtime) -> note.Checkpoint:
    with on.store.reading() as connection:
        row = find.latest_checkpoint(connection)
    assert row is not None
    return note.open_checkpoint(row.note, log_key.signer(on).verifier)


def test_nothing_happens_while_nothing_waits(on: Runtime) -> None:
    assert sequencer.integrate(on=on) == 0
    with on.store.reading() as connection:
        assert find.latest_checkpoint(connection) is None


def test_entries_keep_the_order_in_which_they_were_queued(on: Runtime) -> None:
    _queue(on, b"one", b"two")
    _queue(on, b"three")
    assert _integrate_all(on) == 3
    assert _entries(on) == [b"one", b"two", b"three"]
    assert _newest(on).root == merkle.root([merkle.leaf_hash(entry) for entry in (b"one", b"two", b"three")])


def test_the_queue_is_empty_after_a_pass(on: Runtime) -> None:
    _queue(on, b"one")
    _integrate_all(on)
    with on.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(LogQueue)).scalar_one() == 0


def test_a_pass_takes_no_more_than_its_batch_and_the_next_goes_on(on: Runtime) -> None:
    _queue(on, *(b"%d" % number for number in range(sequencer.BATCH + 1)))
    assert (sequencer.integrate(on=on), sequencer.integrate(on=on), sequencer.integrate(on=on)) == (sequencer.BATCH, 1, 0)
    assert _newest(on).size == sequencer.BATCH + 1


@settings(max_examples=rounds(8), suppress_health_check=ONE_FIXTURE)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=4))
def test_the_stored_tiles_make_the_signed_root_however_the_log_grew(on: Runtime, batches: list[int]) -> None:
    for size in batches:
        _queue(on, *(b"%d" % number for number in range(size)))
        _integrate_all(on)
    checkpoint = _newest(on)
    with on.store.reading() as connection:
        assert tile.root(checkpoint.size, find.tile_reader(connection)) == checkpoint.root
    assert merkle.root([merkle.leaf_hash(entry) for entry in _entries(on)]) == checkpoint.root


def test_every_checkpoint_is_a_beginning_of_the_next(on: Runtime) -> None:
    for size in (1, 255, 1, 300):
        _queue(on, *(b"%d" % number for number in range(size)))
        _integrate_all(on)
    with on.store.reading() as connection:
        rows = find.recent_checkpoints(connection, 10)[::-1]
        read = find.tile_reader(connection)
        assert [row.size for row in rows] == [1, 256, 257, 557]
        for old, new in pairwise(rows):
            path = tile.consistency_path(old.size, new.size, read)
            merkle.verify_consistency(old.size, bytes(old.root), new.size, bytes(new.root), path)


# ------------------------------------------------------------------------------------------------ what a crash leaves


def test_a_crash_before_the_guard_was_written_is_finished_by_the_next_pass(on: Runtime) -> None:
    _queue(on, b"one")
    _integrate_all(on)
    _queue(on, b"two")
    before = guard.read(on)
    _integrate_all(on)
    root = _newest(on).root
    # Appended, and the power went: the guard and the checkpoints know nothing of the second entry yet.
    guard.write(before.size, before.root, on)
    on.store.write(lambda tx: tx.execute(delete(Checkpoint).where(Checkpoint.size == 2)))
    assert sequencer.integrate(on=on) == 0
    assert (_newest(on).size, _newest(on).root) == (2, root)
    assert guard.read(on) == (2, root)


def test_a_crash_between_guard_and_checkpoint_is_finished_by_the_next_pass(on: Runtime) -> None:
    _queue(on, b"one")
    _integrate_all(on)
    on.store.write(lambda tx: tx.execute(delete(Checkpoint)))
    sequencer.integrate(on=on)
    assert (_newest(on).size, _entries(on)) == (1, [b"one"])


def test_a_crash_before_the_append_keeps_the_entries_queued(on: Runtime) -> None:
    def fail(tx: Tx) -> None:
        sequencer.queue(tx, [(1, b"undone")])
        raise LookupError

    _queue(on, b"kept")
    with pytest.raises(LookupError):
        on.store.write(fail)
    _integrate_all(on)
    assert _entries(on) == [b"kept"]


def test_a_restarted_installation_goes_on_with_the_same_log(on: Runtime, settings: Settings, clock: SetClock) -> None:
    _queue(on, b"one")
    _integrate_all(on)
    again = make_runtime(settings, clock)
    try:
        _queue(again, b"two")
        _integrate_all(again)
        assert _entries(again) == [b"one", b"two"]
        assert log_key.signer(again).verifier.vkey == log_key.signer(on).verifier.vkey
    finally:
        again.close()


# ------------------------------------------------------------------------------------------------ when to stand still


def _roll_back(on: Runtime) -> None:
    """Make the database the one of before the last entry, as an old backup would."""

    def run(tx: Tx) -> None:
        body = tx.execute(select(LogTile.hashes)).scalar_one()
        tx.execute(delete(LogLeaf).where(LogLeaf.position == 1))
        tx.execute(delete(Checkpoint).where(Checkpoint.size == 2))
        tx.execute(update(LogTile).values(hashes=bytes(body)[: merkle.HASH_SIZE]))
        tx.execute(update(LogState).values(size=1, root=bytes(body)[: merkle.HASH_SIZE]))

    on.store.write(run)


def test_a_database_older_than_what_was_published_stops_the_log(on: Runtime) -> None:
    for entry in (b"one", b"two"):
        _queue(on, entry)
        _integrate_all(on)
    _roll_back(on)
    _queue(on, b"another two")
    with pytest.raises(LogRolledBack) as stopped:
        sequencer.integrate(on=on)
    assert (stopped.value.params["published"], stopped.value.params["found"]) == (2, 1)
    with on.store.reading() as connection:
        assert [row.size for row in find.recent_checkpoints(connection, 5)] == [1]


def test_a_log_of_the_same_size_with_other_content_stops_too(on: Runtime) -> None:
    _queue(on, b"one")
    _integrate_all(on)
    forged = merkle.leaf_hash(b"another")

    def run(tx: Tx) -> None:
        tx.execute(update(LogLeaf).values(entry=b"another", leaf_hash=forged))
        tx.execute(update(LogTile).values(hashes=forged))
        tx.execute(update(LogState).values(root=forged))

    on.store.write(run)
    _queue(on, b"two")
    with pytest.raises(LogRolledBack):
        sequencer.integrate(on=on)


def test_another_key_stops_the_log(on: Runtime, settings: Settings, clock: SetClock) -> None:
    _queue(on, b"one")
    _integrate_all(on)
    shutil.rmtree(Path(settings.home) / "secrets")
    other = make_runtime(settings, clock)
    try:
        _queue(other, b"two")
        with pytest.raises(LogKeyChanged):
            sequencer.integrate(on=other)
        assert _entries(other) == [b"one"]
    finally:
        other.close()


def test_another_origin_is_another_log(on: Runtime, settings: Settings, clock: SetClock) -> None:
    _queue(on, b"one")
    _integrate_all(on)
    other = make_runtime(Settings(home=settings.home, database_url=settings.database_url, log_origin="other.example/log"), clock)
    try:
        _queue(other, b"two")
        with pytest.raises(LogKeyChanged):
            sequencer.integrate(on=other)
    finally:
        other.close()


# ------------------------------------------------------------------------------------------------ proofs


def test_the_proof_of_an_entry_leads_to_the_published_root(on: Runtime) -> None:
    _queue(on, *(b"%d" % number for number in range(300)))
    _queue(on, b"mine", subject=77)
    _integrate_all(on)
    with on.store.reading() as connection:
        proof = find.proof(connection, 77)
    checkpoint = _newest(on)
    merkle.verify_inclusion(merkle.leaf_hash(b"mine"), proof.index, checkpoint.size, proof.path, checkpoint.root)


def test_an_entry_without_checkpoint_is_not_yet_published_and_an_unknown_one_is_not_in_the_log(on: Runtime) -> None:
    _queue(on, b"one", subject=5)
    _integrate_all(on)
    on.store.write(lambda tx: tx.execute(update(Checkpoint).values(size=0)))
    with on.store.reading() as connection:
        with pytest.raises(NotYetPublished):
            find.proof(connection, 5)
        with pytest.raises(NotInLog):
            find.proof(connection, 6)
