"""Acknowledged means kept: a real server is killed without warning, again and again, while clients send events.

Twice by default, which keeps the suite quick; forty times with TRUYXUAT_TEST_THOROUGH=1.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.capture import evidence, find
from app.capture.accept import accept
from app.capture.model import Event, EventIdentity
from app.ledger import find as log_find
from app.ledger import guard, merkle, note, sequencer
from app.ledger.model import LogLeaf, LogQueue
from app.runtime import Runtime
from tests.builders import document, make_api_key, make_enterprise, raw
from tests.durability.server import Sender, Server, event
from tests.thorough import rounds

ROUNDS = rounds(2)
CLIENTS = 4

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(60 + 15 * ROUNDS)]


@pytest.fixture
def server(on: Runtime) -> Iterator[Server]:
    made = Server(on.settings)
    yield made
    made.kill()


def uri(number: int) -> str:
    return str(event(number)["eventID"])


def test_every_acknowledged_event_is_there_once_after_any_number_of_kills(on: Runtime, server: Server) -> None:
    enterprise = make_enterprise(on)
    headers = make_api_key(on, enterprise) | {"Content-Type": "application/json"}
    chance, turn = random.Random(20260620), threading.Event()  # noqa: S311  # moments, not secrets
    senders: list[Sender] = []
    for round_ in range(ROUNDS):
        server.start()
        fresh = [Sender(server.port, headers, (round_ * CLIENTS + number) * 100_000) for number in range(CLIENTS)]
        for sender in fresh:
            sender.start()
        turn.wait(chance.uniform(0.02, 0.6))
        server.kill()
        for sender in fresh:
            sender.join(30)
        senders += fresh
    acknowledged = {number for sender in senders for number in sender.acknowledged}
    sent = {number for sender in senders for number in sender.sent}
    assert [strange for sender in senders for strange in sender.strange] == []
    assert len(acknowledged) > ROUNDS
    judge(on, enterprise.party_id, acknowledged, sent)
    retry(on, enterprise, sent)
    judge(on, enterprise.party_id, sent, sent)


def retry(on: Runtime, enterprise: Any, sent: set[int]) -> None:
    """What a careful client does: everything again, with the same eventIDs."""
    numbers = sorted(sent)
    for start in range(0, len(numbers), 500):
        accept(raw(document(*map(event, numbers[start : start + 500]))), by=enterprise.actor(), on=on)


def judge(on: Runtime, party_id: int, must: set[int], may: set[int]) -> None:
    """Each event that must be there is there once, none that was never sent; the log holds each once, and its checkpoint covers all."""
    while sequencer.integrate(on=on):
        pass
    with on.store.reading() as connection:
        events = list(connection.execute(select(Event.__table__)))
        identities = Counter(row.id for row in connection.execute(select(EventIdentity.id)))
        leaves = list(connection.execute(select(LogLeaf.__table__).order_by(LogLeaf.position)))
        waiting = list(connection.execute(select(LogQueue.queue_id)))
        latest, state = log_find.latest_checkpoint(connection), log_find.state(connection)
        _, vkey = log_find.origin_and_vkey(connection)
        proofs = log_find.proofs(connection, [row.id for row in events[:200]])
    assert latest is not None
    assert state is not None
    kept = Counter(row.event_uri for row in events)
    assert {number for number in must if kept[uri(number)] != 1} == set(), "acknowledged and lost, or kept twice"
    assert set(kept) <= {uri(number) for number in may}
    assert set(kept.values()) == {1}
    assert identities == Counter(row.id for row in events)
    assert [row.position for row in leaves] == list(range(len(leaves)))
    subjects = Counter(row.subject for row in leaves)
    assert {row.id: subjects[row.id] for row in events} == {row.id: 1 for row in events}
    assert set(subjects) - {row.id for row in events} == {party_id}, "an entry about nothing that was kept"
    assert waiting == []
    assert latest.size == state.size == len(leaves)
    assert bytes(latest.root) == merkle.root([bytes(row.leaf_hash) for row in leaves])
    assert guard.read(on) == (latest.size, bytes(latest.root))
    checkpoint = note.open_checkpoint(latest.note, note.Verifier.parse(vkey))
    for row in events:
        assert evidence.evidence_hash(find.envelope(row)) == bytes(row.evidence)
    for proof in proofs.values():
        merkle.verify_inclusion(merkle.leaf_hash(proof.entry), proof.index, checkpoint.size, proof.path, checkpoint.root)


def test_a_server_that_is_asked_to_stop_finishes_and_exits_well(on: Runtime, server: Server) -> None:
    enterprise = make_enterprise(on)
    headers = make_api_key(on, enterprise) | {"Content-Type": "application/json"}
    server.start()
    sender = Sender(server.port, headers, 0)
    sender.start()
    threading.Event().wait(0.3)
    assert server.stop() == 0
    sender.join(30)
    judge(on, enterprise.party_id, sender.acknowledged, sender.sent)
