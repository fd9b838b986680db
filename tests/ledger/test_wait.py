"""Waiting for the checkpoint: proofs for everything at once, and an honest answer when the log is late."""

from __future__ import annotations

from collections import Counter
from typing import Any

from app.ledger import guard, log_key, merkle, note, sequencer, tile, wait
from app.runtime import Runtime
from tests.builders import document, make_api_key, make_enterprise, object_event, raw

ITEM = "https://id.gs1.org/01/09521002000016/21/W"


def _queue(on: Runtime, *subjects: int) -> None:
    on.store.write(lambda tx: sequencer.queue(tx, [(subject, b"entry %d" % subject) for subject in subjects]))


def test_many_proofs_read_each_tile_once_and_make_each_inner_hash_once() -> None:
    size = 5_000
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(size)]
    stored = {(piece.level, piece.number): body for piece, body in tile.grow(0, leaves, lambda *_: b"")}
    reads: Counter[tuple[int, int]] = Counter()

    def read(level: int, number: int, width: int) -> bytes:
        reads[level, number] += 1
        return stored[level, number][: width * merkle.HASH_SIZE]

    tree = tile.Tree(size, read)
    paths = [tree.path(index) for index in range(size)]
    root = merkle.root(leaves)
    for index in range(0, size, 97):
        merkle.verify_inclusion(leaves[index], index, size, paths[index], root)
    assert set(reads.values()) == {1}
    assert len(tree._hashes) < 2 * size  # noqa: SLF001  # a tree of that many leaves has no more nodes, and nothing else counts them
    assert list(tile.inclusion_paths([7, 4_999], size, read)) == [paths[7], paths[4_999]]


def test_the_proofs_come_in_the_order_that_was_asked_and_verify(on: Runtime) -> None:
    _queue(on, *range(1, 2_501))  # more than one pass of the sequencer, and than one question to the database
    waited = wait.for_proofs([2_500, *range(1, 2_400)], on=on)
    assert waited.pending is None
    assert [proof.entry for proof in waited.proofs][:2] == [b"entry 2500", b"entry 1"]
    checkpoint = note.open_checkpoint(waited.proofs[0].checkpoint, log_key.signer(on).verifier)
    for proof in waited.proofs[::401]:
        merkle.verify_inclusion(merkle.leaf_hash(proof.entry), proof.index, checkpoint.size, proof.path, checkpoint.root)


def test_a_checkpoint_that_does_not_come_in_time_is_told_and_not_raised(on: Runtime) -> None:
    _queue(on, 1)
    assert wait.for_proofs([1], on=on, seconds=-1) == wait.Waited(pending="ledger.not-yet-published")


def test_a_capture_is_durable_and_acknowledged_although_the_log_stands_still(on: Runtime, client: Any) -> None:
    headers = make_api_key(on, make_enterprise(on)) | {"Content-Type": "application/json"}
    guard.write(1_000, bytes(32), on)  # more was published than this database knows
    answer = client.post("/epcis/capture?wait=checkpoint", data=raw(document(object_event(epcList=[f"{ITEM}1"]))), headers=headers)
    assert answer.status_code == 202
    assert (answer.json["log"], answer.json["logPending"]) == (None, "ledger.rolled-back")
    assert client.get(answer.headers["Location"], headers=headers).json["success"] is True
