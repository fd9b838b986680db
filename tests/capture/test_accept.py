"""Capture, the verb: what is kept, what is recognised, what is refused."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from sqlalchemy import func, select, update

from app.capture import evidence, find, pack, refusals, signing_keys
from app.capture.accept import Receipt, accept
from app.capture.canonical import jcs
from app.capture.hashes.event_hash import context_of, event_hash
from app.capture.model import CaptureDocument, Event, EventIdentity, EventItem
from app.errors import Refusal
from app.ledger import find as log_find
from app.ledger import merkle, note, sequencer
from app.party import find as party_find
from app.party.permissions import ANONYMOUS, NotAllowed, Role, SignInNeeded
from app.runtime import Runtime
from tests.builders import CONTEXT, Enterprise, document, make_enterprise, object_event, raw

ID = "urn:uuid:6a1b2c3d-0000-4000-8000-00000000000"
ITEM = "https://id.gs1.org/01/09521002000016/21/"


@pytest.fixture
def enterprise(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def events(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [object_event(epcList=[f"{ITEM}S{number}"], **changes) for number in range(count)]


def send(on: Runtime, enterprise: Enterprise, *given: dict[str, Any], **changes: Any) -> Receipt:
    return accept(raw(document(*given)), by=enterprise.actor(), on=on, **changes)


def counts(on: Runtime) -> tuple[int, int, int, int]:
    """Rows of documents, events, identities and items."""
    with on.store.reading() as connection:
        return tuple(  # type: ignore[return-value]  # four tables
            connection.execute(select(func.count()).select_from(kind)).scalar_one()
            for kind in (CaptureDocument, Event, EventIdentity, EventItem)
        )


def stored(on: Runtime, receipt: Receipt) -> list[Any]:
    with on.store.reading() as connection:
        return list(connection.execute(select(Event.__table__).where(Event.id.in_(receipt.row_ids)).order_by(Event.id)))


class TestKept:
    def test_a_document_is_kept_byte_for_byte(self, on: Runtime, enterprise: Enterprise) -> None:
        sent = b" " + raw(document(*events(3))) + b"\n"
        receipt = accept(sent, by=enterprise.actor(), on=on, content_type="application/ld+json")
        with on.store.reading() as connection:
            row = find.document(connection, enterprise.party_id, int(receipt.capture_id))
        assert pack.unpack_document(bytes(row.content)) == sent
        assert bytes(row.content_sha256) == hashlib.sha256(sent).digest()
        assert (row.content_type, row.event_count) == ("application/ld+json", 3)
        assert json.loads(row.context) == [CONTEXT]

    def test_one_row_for_each_event_its_identity_and_every_item_it_names(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, *events(3), object_event(epcList=[f"{ITEM}A", f"{ITEM}B"]))
        assert counts(on) == (1, 4, 4, 5)

    def test_one_item_in_two_spellings_is_one_row(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, object_event(epcList=[f"{ITEM}A", "urn:epc:id:sgtin:9521002.000001.A"]))
        assert counts(on)[3] == 1

    def test_the_receipt_names_every_event_in_the_order_of_the_document(self, on: Runtime, enterprise: Enterprise) -> None:
        given = events(3, eventID=None)
        given[1]["eventID"] = f"{ID}1"
        receipt = send(on, enterprise, *given)
        hashes = [event_hash(event, context_of([CONTEXT])) for event in given]
        assert [item.event_id for item in receipt.events] == [hashes[0], f"{ID}1", hashes[2]]
        assert [item.cbv_hash for item in receipt.events] == hashes
        assert [bytes(row.evidence).hex() for row in stored(on, receipt)] == [item.evidence for item in receipt.events]
        assert receipt.captured_at == on.clock.now()

    def test_the_envelope_holds_the_event_as_it_was_sent(self, on: Runtime, enterprise: Enterprise) -> None:
        event = object_event(**{"example:note": "Vải thiều Lục Ngạn", "epcList": [f"{ITEM}A"]})
        context = [CONTEXT, {"example": "https://example.test/ns#"}]
        receipt = accept(raw(document(event, **{"@context": context})), by=enterprise.actor(), on=on)
        sealed = find.sealed(stored(on, receipt)[0])
        assert sealed["event"] == event
        assert sealed["context"] == context
        assert sealed["captureID"] == receipt.capture_id

    def test_the_columns_say_what_the_event_says(self, on: Runtime, enterprise: Enterprise) -> None:
        event = object_event(bizLocation={"id": "https://id.gs1.org/414/9521002001013"}, eventID=f"{ID}1")
        row = stored(on, send(on, enterprise, event))[0]
        assert (row.kind, row.action, row.biz_step, row.disposition) == ("ObjectEvent", "OBSERVE", "shipping", "in_transit")
        assert row.read_point == row.biz_location == "https://id.gs1.org/414/9521002001013"
        assert (row.event_time, row.event_offset, row.is_declaration) == (1781267400000000, "+07:00", False)
        assert row.event_uri == f"{ID}1"


class TestEvidence:
    @pytest.mark.parametrize("count", [1, 2, 3, 7, 8])
    def test_signature_and_path_of_every_event_verify_with_the_public_key(self, on: Runtime, enterprise: Enterprise, count: int) -> None:
        receipt = send(on, enterprise, *events(count))
        with on.store.reading() as connection:
            kept = find.document(connection, enterprise.party_id, int(receipt.capture_id))
            key = party_find.signing_key(connection, enterprise.party_id)
        assert key is not None
        public: Any = load_der_public_key(bytes(key.spki))
        public.verify(bytes(kept.signature), evidence.signing_message(kept.kid, count, bytes(kept.root)))
        for index, row in enumerate(stored(on, receipt)):
            assert evidence.evidence_hash(find.envelope(row)) == bytes(row.evidence)
            path = [bytes(row.path[start : start + 32]) for start in range(0, len(row.path), 32)]
            merkle.verify_inclusion(merkle.leaf_hash(bytes(row.evidence)), index, count, path, bytes(kept.root))

    def test_the_signature_is_for_this_number_of_events_only(self, on: Runtime, enterprise: Enterprise) -> None:
        receipt = send(on, enterprise, *events(2))
        with on.store.reading() as connection:
            kept = find.document(connection, enterprise.party_id, int(receipt.capture_id))
            key = party_find.signing_key(connection, enterprise.party_id)
        assert key is not None
        public: Any = load_der_public_key(bytes(key.spki))
        with pytest.raises(InvalidSignature):
            public.verify(bytes(kept.signature), evidence.signing_message(kept.kid, 3, bytes(kept.root)))

    def test_any_byte_of_the_envelope_changes_the_evidence_hash(self, on: Runtime, enterprise: Enterprise) -> None:
        row = stored(on, send(on, enterprise, *events(1)))[0]
        envelope = find.envelope(row)
        assert evidence.evidence_hash(envelope) == bytes(row.evidence)
        for place in range(len(envelope)):
            changed = bytearray(envelope)
            changed[place] ^= 1
            assert evidence.evidence_hash(bytes(changed)) != bytes(row.evidence)

    def test_the_log_entry_is_what_the_rows_say(self, on: Runtime, enterprise: Enterprise) -> None:
        receipt = send(on, enterprise, *events(3))
        while sequencer.integrate(on=on):
            pass
        with on.store.reading() as connection:
            kept = find.document(connection, enterprise.party_id, int(receipt.capture_id))
            proofs = log_find.proofs(connection, receipt.row_ids)
        for index, row in enumerate(stored(on, receipt)):
            assert json.loads(proofs[row.id].entry) == {
                "alg": "Ed25519", "cbv": find.cbv_uri(row), "ev": bytes(row.evidence).hex(), "i": index, "kid": kept.kid, "n": 3,
                "root": bytes(kept.root).hex(), "sig": evidence.to_base64url(bytes(kept.signature)), "t": "event", "v": 1,
            }  # fmt: skip
            assert proofs[row.id].entry == jcs(json.loads(proofs[row.id].entry))

    def test_the_proof_of_every_event_leads_to_the_signed_checkpoint(self, on: Runtime, enterprise: Enterprise) -> None:
        receipt = send(on, enterprise, *events(5))
        while sequencer.integrate(on=on):
            pass
        with on.store.reading() as connection:
            proofs = log_find.proofs(connection, receipt.row_ids)
            _, vkey = log_find.origin_and_vkey(connection)
        assert set(proofs) == set(receipt.row_ids)
        for proof in proofs.values():
            checkpoint = note.open_checkpoint(proof.checkpoint, note.Verifier.parse(vkey))
            merkle.verify_inclusion(merkle.leaf_hash(proof.entry), proof.index, checkpoint.size, proof.path, checkpoint.root)

    def test_two_equal_events_of_two_enterprises_have_different_evidence(self, on: Runtime, enterprise: Enterprise) -> None:
        other = make_enterprise(on, "HTX Khác", "9521009")
        one, two = send(on, enterprise, *events(1)), send(on, other, *events(1))
        assert one.events[0].cbv_hash == two.events[0].cbv_hash
        assert one.events[0].evidence != two.events[0].evidence


class TestRepeated:
    def test_the_same_document_again_gets_the_same_answer_and_keeps_nothing(self, on: Runtime, enterprise: Enterprise) -> None:
        first = send(on, enterprise, *events(3))
        before = counts(on)
        again = send(on, enterprise, *events(3))
        assert (again.capture_id, again.captured_at, again.row_ids) == (first.capture_id, first.captured_at, first.row_ids)
        assert [item.evidence for item in again.events] == [item.evidence for item in first.events]
        assert [item.known for item in again.events] == [True, True, True]
        assert counts(on) == before

    def test_another_layout_of_the_same_document_is_the_same(self, on: Runtime, enterprise: Enterprise) -> None:
        first = send(on, enterprise, *events(2))
        spaced = json.dumps(document(*events(2)), indent=3, sort_keys=True).encode()
        assert accept(spaced, by=enterprise.actor(), on=on).capture_id == first.capture_id

    def test_of_a_document_half_known_only_the_new_half_is_kept(self, on: Runtime, enterprise: Enterprise) -> None:
        first = send(on, enterprise, *events(2))
        second = send(on, enterprise, *events(4))
        assert second.capture_id != first.capture_id
        assert [item.known for item in second.events] == [True, True, False, False]
        assert second.row_ids[:2] == first.row_ids
        assert counts(on) == (2, 4, 4, 4)
        third = send(on, enterprise, *events(4))
        assert (third.capture_id, third.row_ids) == (second.capture_id, second.row_ids)

    def test_signature_and_paths_of_a_half_known_document_verify(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, events(3)[1])
        receipt = send(on, enterprise, *events(3))
        with on.store.reading() as connection:
            kept = find.document(connection, enterprise.party_id, int(receipt.capture_id))
            rows = find.events_of_document(connection, enterprise.party_id, int(receipt.capture_id))
        assert kept.event_count == len(rows) == 2
        for row in rows:
            path = [bytes(row.path[start : start + 32]) for start in range(0, len(row.path), 32)]
            merkle.verify_inclusion(merkle.leaf_hash(bytes(row.evidence)), row.position, 2, path, bytes(kept.root))

    def test_a_known_event_id_with_other_content_is_a_conflict(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, object_event(eventID=f"{ID}1"))
        before = counts(on)
        with pytest.raises(refusals.EventChanged) as refusal:
            send(on, enterprise, object_event(), object_event(eventID=f"{ID}1", bizStep="receiving"))
        assert refusal.value.pointer == "/epcisBody/eventList/1/eventID"
        assert refusal.value.params == {"event_id": f"{ID}1", "number": 2}
        assert counts(on) == before

    def test_the_same_event_id_belongs_to_another_enterprise_as_well(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, object_event(eventID=f"{ID}1"))
        other = make_enterprise(on, "HTX Khác", "9521009")
        send(on, other, object_event(eventID=f"{ID}1", bizStep="receiving"))
        assert counts(on)[1] == 2

    def test_an_event_twice_in_one_document_is_kept_once(self, on: Runtime, enterprise: Enterprise) -> None:
        receipt = send(on, enterprise, object_event(eventID=f"{ID}1"), object_event(eventID=f"{ID}1"))
        assert len(receipt.events) == 1
        assert counts(on)[1] == 1

    def test_an_event_id_twice_in_one_document_with_other_content_is_refused(self, on: Runtime, enterprise: Enterprise) -> None:
        with pytest.raises(refusals.EventIdTwice) as refusal:
            send(on, enterprise, object_event(eventID=f"{ID}1"), object_event(eventID=f"{ID}1", bizStep="receiving"))
        assert refusal.value.pointer == "/epcisBody/eventList/1/eventID"
        assert counts(on) == (0, 0, 0, 0)

    def test_an_error_declaration_stands_beside_its_event(self, on: Runtime, enterprise: Enterprise) -> None:
        declared = {"declarationTime": "2026-06-13T08:00:00+07:00", "reason": "incorrect_data", "correctiveEventIDs": [f"{ID}2"]}
        send(on, enterprise, object_event(eventID=f"{ID}1"))
        send(on, enterprise, object_event(eventID=f"{ID}1", errorDeclaration=declared), object_event(eventID=f"{ID}2", bizStep="receiving"))
        with on.store.reading() as connection:
            rows = find.events_by_uri(connection, enterprise.party_id, f"{ID}1")
        assert [row.is_declaration for row in rows] == [False, True]
        assert counts(on)[1] == 3

    def test_a_bare_event_and_the_same_in_a_document_are_one(self, on: Runtime, enterprise: Enterprise) -> None:
        event = object_event(eventID=f"{ID}1")
        first = accept(raw({"@context": [CONTEXT], **event}), by=enterprise.actor(), on=on, bare=True)
        again = send(on, enterprise, event)
        assert again.capture_id == first.capture_id
        assert counts(on)[1] == 1


class TestIdempotencyKey:
    def test_the_same_key_with_the_same_body_gets_the_same_answer(self, on: Runtime, enterprise: Enterprise) -> None:
        first = send(on, enterprise, *events(2), idempotency_key="abc")
        again = send(on, enterprise, *events(2), idempotency_key="abc")
        assert (again.capture_id, again.row_ids) == (first.capture_id, first.row_ids)
        assert counts(on)[0] == 1

    def test_the_same_key_with_another_body_is_a_conflict(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, *events(1), idempotency_key="abc")
        with pytest.raises(refusals.KeyReused):
            send(on, enterprise, *events(2), idempotency_key="abc")
        assert counts(on)[1] == 1

    def test_two_enterprises_may_use_the_same_key(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, *events(1), idempotency_key="abc")
        send(on, make_enterprise(on, "HTX Khác", "9521009"), *events(2), idempotency_key="abc")
        assert counts(on)[0] == 2

    def test_a_key_may_have_255_characters_and_not_one_more(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, *events(1), idempotency_key="k" * 255)
        with pytest.raises(refusals.KeyTooLong):
            send(on, enterprise, *events(2), idempotency_key="k" * 256)


class TestTogether:
    def test_the_same_document_from_many_threads_is_kept_once(self, on: Runtime, enterprise: Enterprise) -> None:
        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(lambda _: send(on, enterprise, *events(5)), range(16)))
        assert len({receipt.capture_id for receipt in receipts}) == 1
        assert len({receipt.row_ids for receipt in receipts}) == 1
        assert counts(on) == (1, 5, 5, 5)

    def test_overlapping_documents_in_opposite_order_keep_each_event_once(self, on: Runtime, enterprise: Enterprise) -> None:
        def one(turn: int) -> Receipt:
            given = events(6)
            return send(on, enterprise, *(given[:5] if turn % 2 else reversed(given[1:])))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one, range(12)))
        assert counts(on)[1:] == (6, 6, 6)

    def test_one_key_from_many_threads_is_one_capture(self, on: Runtime, enterprise: Enterprise) -> None:
        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(lambda _: send(on, enterprise, *events(2), idempotency_key="abc"), range(8)))
        assert len({receipt.capture_id for receipt in receipts}) == 1

    def test_one_key_for_two_bodies_at_once_lets_one_through(self, on: Runtime, enterprise: Enterprise) -> None:
        def one(turn: int) -> str:
            try:
                return send(on, enterprise, object_event(epcList=[f"{ITEM}T{turn}"]), idempotency_key="abc").capture_id
            except refusals.KeyReused:
                return "refused"

        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(one, range(8)))
        assert outcomes.count("refused") == 7
        assert counts(on)[:2] == (1, 1)

    def test_an_enterprise_that_begins_from_many_threads_gets_keys_that_all_verify(self, on: Runtime, enterprise: Enterprise) -> None:
        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(lambda number: send(on, enterprise, object_event(epcList=[f"{ITEM}U{number}"])), range(8)))
        with on.store.reading() as connection:
            kids = {find.document(connection, enterprise.party_id, int(receipt.capture_id)).kid for receipt in receipts}
            assert set(party_find.signing_keys(connection, list(kids))) == kids


class TestRefused:
    @pytest.mark.parametrize(("given", "code"), [
        (b"", "capture.malformed-json"), (b"{", "capture.malformed-json"), (b"[]", "capture.document-invalid"),
        (b"null", "capture.document-invalid"),
        (raw(document()), "capture.no-events"), (raw(document(object_event(eventTime="2026-06-12T24:00:00Z"))), "capture.document-invalid"),
    ])  # fmt: skip
    def test_a_bad_document_leaves_nothing(self, on: Runtime, enterprise: Enterprise, given: bytes, code: str) -> None:
        with pytest.raises(Refusal) as refusal:
            accept(given, by=enterprise.actor(), on=on)
        assert refusal.value.code == code
        assert counts(on) == (0, 0, 0, 0)

    def test_one_bad_event_keeps_the_good_ones_out_too(self, on: Runtime, enterprise: Enterprise) -> None:
        with pytest.raises(refusals.DocumentInvalid) as refusal:
            send(on, enterprise, *events(3), object_event(epcList=["https://id.gs1.org/01/09521002000017/21/A"]))
        assert [(item.code, item.event) for item in refusal.value.findings] == [("rules.wrong-check-digit", 4)]
        assert refusal.value.findings[0].pointer.startswith("/epcisBody/eventList/3/epcList/0")
        assert counts(on) == (0, 0, 0, 0)

    def test_as_many_events_as_the_limit_are_taken_and_one_more_is_not(self, on: Runtime, enterprise: Enterprise) -> None:
        limit = 20
        on.settings = replace(on.settings, max_events=limit)
        with pytest.raises(refusals.TooManyEvents) as refusal:
            send(on, enterprise, *events(limit + 1))
        assert refusal.value.params == {"limit": limit, "found": limit + 1}
        assert counts(on) == (0, 0, 0, 0)
        assert len(send(on, enterprise, *events(limit)).events) == limit

    def test_whoever_may_not_write_is_told_before_anything_is_read(self, on: Runtime, enterprise: Enterprise) -> None:
        with pytest.raises(NotAllowed):
            accept(b"not even JSON", by=enterprise.actor(Role.INSPECTOR), on=on)
        with pytest.raises(SignInNeeded):
            accept(b"not even JSON", by=ANONYMOUS, on=on)

    def test_a_signing_key_that_cannot_be_opened_keeps_nothing(self, on: Runtime, enterprise: Enterprise) -> None:
        send(on, enterprise, *events(1))
        before = counts(on)
        path = on.vault.path("hosted-keys.key")
        path.unlink()
        signing_keys._opened.cache_clear()  # noqa: SLF001  # as after a restart
        signing_keys._fresh.clear()  # noqa: SLF001  # the same
        with pytest.raises(signing_keys.HostedKeyUnreadable):
            send(on, enterprise, *events(2))
        assert counts(on) == before


def test_an_event_of_the_first_release_is_known_by_the_spelling_it_was_sent_in(on: Runtime, enterprise: Enterprise) -> None:
    event = object_event(eventID=f"{ID}7", epcList=["urn:epc:id:sgtin:9521002.000001.A"])
    send(on, enterprise, event)
    before = hashlib.sha256(jcs(event)).digest()[:16]
    on.store.write(lambda tx: tx.execute(update(EventIdentity).values(content=before)))
    assert send(on, enterprise, event).events[0].known
    with pytest.raises(refusals.EventChanged):
        send(on, enterprise, event | {"disposition": "damaged"})


def test_an_event_sent_again_in_another_spelling_is_the_same_event(on: Runtime, enterprise: Enterprise) -> None:
    first = send(on, enterprise, object_event(eventID=f"{ID}8", epcList=["urn:epc:id:sgtin:9521002.000001.A"]))
    again = send(on, enterprise, object_event(eventID=f"{ID}8", epcList=[f"{ITEM}A"]))
    assert [item.known for item in again.events] == [True]
    assert again.events[0].evidence == first.events[0].evidence
