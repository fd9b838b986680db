"""A bundle proves its item's events offline; nothing that was altered proves anything else."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture import evidence
from app.ledger import merkle, note
from app.verify import refusals
from app.verify.bundle_format import MAX_BUNDLE, Bundle, EventPiece, KeyPiece, make_bundle, parse_bundle
from app.verify.offline import CLASS, ITEM, LOT, Proven, verify_bundle
from tests import ROOT
from tests.verify import small_log

GOOD = make_bundle(small_log.bundle())
VKEY = small_log.LOG.verifier.vkey
PROVEN = verify_bundle(GOOD, log_vkey=VKEY)


def test_a_bundle_proves_its_events_in_log_order() -> None:
    whole = parse_bundle(GOOD)
    proven = verify_bundle(make_bundle(replace(whole, events=whole.events[::-1])), log_vkey=VKEY)
    assert proven == PROVEN
    assert [(event.step, event.about, event.hosted, event.alg) for event in proven.events] == [
        ("commissioning", ITEM, False, "Ed25519"),
        ("inspecting", LOT, False, "Ed25519"),
        ("storing", CLASS, False, "Ed25519"),
        ("shipping", ITEM, True, "ES256"),
    ]
    first = proven.events[0]
    assert (first.time, first.place, first.party) == ("2026-11-22T08:00:00+07:00", "urn:epc:id:sgln:9521234.00001.0", "party-1")
    assert (first.captured, first.kind) == ("2026-11-22T03:04:05.000678Z", "ObjectEvent")
    assert (proven.item, proven.origin, proven.size, proven.trusted_log) == (small_log.ITEM, "log.example.vn/2026", 11, True)
    assert proven.notes == ("hosted-keys",)


def test_without_a_trusted_key_the_log_is_not_trusted() -> None:
    proven = verify_bundle(GOOD)
    assert not proven.trusted_log
    assert proven.notes == ("log-not-trusted", "hosted-keys")


def test_any_spelling_of_the_expected_item_is_the_item() -> None:
    for spelling in ("urn:epc:id:sgtin:9521234.012345.A1", "https://xoai.example/01/09521234123453/10/L7/21/A1?17=270101"):
        assert verify_bundle(GOOD, log_vkey=VKEY, expect_item=spelling) == PROVEN
    with pytest.raises(refusals.UnexpectedItem):
        verify_bundle(GOOD, expect_item="urn:epc:id:sgtin:9521234.012345.A2")


def test_a_bundle_of_another_log_is_refused() -> None:
    other = note.Signer("log.example.vn/2026", small_log.GROWER).verifier.vkey
    with pytest.raises(refusals.OtherLog):
        verify_bundle(GOOD, log_vkey=other)


def test_the_lot_of_the_items_own_uri_counts() -> None:
    whole = small_log.bundle("https://id.gs1.org/01/09521234123453/10/L7/21/A1", (small_log.OF_THE_LOT,))
    assert verify_bundle(make_bundle(whole)).notes == ("log-not-trusted", "item-not-named")
    with pytest.raises(refusals.OtherItem):
        verify_bundle(make_bundle(replace(whole, item=small_log.ITEM)))


def test_a_lot_is_an_item_too() -> None:
    lot = small_log.bundle("https://id.gs1.org/01/09521234123453/10/L7", (small_log.OF_THE_LOT, small_log.OF_THE_CLASS))
    assert [event.about for event in verify_bundle(make_bundle(lot)).events] == [ITEM, CLASS]


def test_an_event_of_another_item_is_refused() -> None:
    with pytest.raises(refusals.OtherItem) as caught:
        verify_bundle(make_bundle(small_log.bundle(events=(small_log.COMMISSIONED, small_log.FOREIGN))))
    assert caught.value.params["event"] == 2
    assert caught.value.pointer == "/events/1"


def test_a_bundle_without_events_is_refused() -> None:
    with pytest.raises(refusals.BundleEmpty):
        verify_bundle(make_bundle(replace(small_log.bundle(), events=())))


def test_an_event_twice_is_refused() -> None:
    whole = small_log.bundle()
    with pytest.raises(refusals.EventTwice):
        verify_bundle(make_bundle(replace(whole, events=(*whole.events, whole.events[0]))))


def test_a_key_logged_after_its_event_is_refused() -> None:
    with pytest.raises(refusals.KeyTooLate):
        verify_bundle(make_bundle(small_log.bundle(late_key=True)))


# ------------------------------------------------------------------------------------------------ altered bundles


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return value[1:] if value else ["A" * 43 + "="]
    return ("B" if value[0] == "A" else "A") + value[1:]


EVENT_FIELDS = {
    "envelope": refusals.HashWrong,
    "cbv": refusals.EntryWrong,
    "kid": refusals.KeyMissing,
    "alg": refusals.EntryWrong,
    "sig": refusals.EntryWrong,
    "n": refusals.NotProven,  # the root, the path's length or the entry may be the first to disagree
    "i": refusals.PathWrong,
    "path": refusals.PathWrong,
    "entry": refusals.HashWrong,
    "index": refusals.NotIncluded,
    "proof": refusals.NotIncluded,
}
KEY_FIELDS = {
    "kid": refusals.KeyWrong,
    "alg": refusals.KeyWrong,
    "spki": refusals.KeyWrong,
    "hosted": refusals.KeyWrong,
    "entry": refusals.KeyWrong,
    "index": refusals.KeyNotLogged,
    "proof": refusals.KeyNotLogged,
}


@pytest.mark.parametrize(("name", "why"), EVENT_FIELDS.items())
@pytest.mark.parametrize("place", range(4))
def test_every_field_of_an_event_is_proven(place: int, name: str, why: type[refusals.NotProven]) -> None:
    document = json.loads(GOOD)
    event = document["events"][place]
    event[name] = other(event[name])
    with pytest.raises(why) as caught:
        verify_bundle(json.dumps(document).encode())
    assert caught.value.params.get("event", place + 1) == place + 1


@pytest.mark.parametrize(("name", "why"), KEY_FIELDS.items())
@pytest.mark.parametrize("place", range(2))
def test_every_field_of_a_key_is_proven(place: int, name: str, why: type[refusals.NotProven]) -> None:
    document = json.loads(GOOD)
    key = document["keys"][place]
    key[name] = other(key[name])
    with pytest.raises(why):
        verify_bundle(json.dumps(document).encode())


def _altered(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(GOOD)
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda it: it.update(format="truyxuat/bundle/v2"), refusals.BundleMalformed),
        (lambda it: it.update(item=small_log.ITEM[:-1] + "2"), refusals.OtherItem),
        (lambda it: it["log"].update(origin="log.example.vn/2027"), refusals.CheckpointWrong),
        (lambda it: it["log"].update(vkey=note.Signer(small_log.LOG.name, small_log.GROWER).verifier.vkey), refusals.CheckpointWrong),
        (lambda it: it["log"].update(vkey="nonsense"), refusals.CheckpointWrong),
        (lambda it: it.update(checkpoint=it["checkpoint"].replace("\n11\n", "\n12\n")), refusals.CheckpointWrong),
        (lambda it: it.update(checkpoint=""), refusals.CheckpointWrong),
        (lambda it: it.update(keys=[]), refusals.KeyMissing),
        (lambda it: it["keys"].append(it["keys"][0]), refusals.KeyWrong),
        (lambda it: it["keys"][0]["party"].pop("id"), refusals.KeyWrong),
        (lambda it: it["keys"][0]["party"].update(id="party-9"), refusals.KeyWrong),
        (lambda it: it["keys"][0].update(party=[]), refusals.BundleMalformed),
        (lambda it: it["keys"][0]["party"].update(name=3), refusals.BundleMalformed),
        (lambda it: it.update(extra=1), refusals.BundleMalformed),
        (lambda it: it.pop("made"), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(extra=1), refusals.BundleMalformed),
        (lambda it: it["events"][0].pop("cbv"), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(index=True), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(index=-1), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(index=1.0), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(index=2**63), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(path="x"), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(path=[1]), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(path=["AAAA"]), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(sig="A+/="), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(envelope="\ud800"), refusals.BundleMalformed),
        (lambda it: it["keys"][0].update(hosted=1), refusals.BundleMalformed),
        (lambda it: it.update(events={}), refusals.BundleMalformed),
        (lambda it: it.update(events=[1]), refusals.BundleMalformed),
        (lambda it: it["events"][0].update(entry=evidence.to_base64url(b"[]")), refusals.HashWrong),
        (lambda it: it["events"][0].update(entry=evidence.to_base64url(b"\xff{")), refusals.HashWrong),
    ],
)
def test_an_altered_bundle_is_refused(change: Callable[[dict[str, Any]], object], why: type[refusals.NotProven]) -> None:
    with pytest.raises(why):
        verify_bundle(_altered(change))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", refusals.BundleMalformed),
        (b"[]", refusals.BundleMalformed),
        (b"\xff", refusals.BundleMalformed),
        (GOOD[:-1], refusals.BundleMalformed),
        (GOOD.replace(b'"made"', b'"made": "a", "made"'), refusals.BundleDuplicateKey),
        (GOOD.replace(b'"index": 7', b'"index": NaN'), refusals.BundleMalformed),
        (b"[" * 100_000, refusals.BundleMalformed),
        (b'{"a":' * 100 + b"1" + b"}" * 100, refusals.BundleMalformed),
        (b" " * (MAX_BUNDLE + 1), refusals.BundleTooLarge),
    ],
)
def test_a_file_that_is_no_bundle_is_refused(raw: bytes, why: type[refusals.NotProven]) -> None:
    with pytest.raises(why):
        verify_bundle(raw)


def _resigned(change: Callable[[EventPiece], EventPiece]) -> bytes:
    """Bundle whose first event is altered and whose log and checkpoint are made anew around it, as a dishonest operator could."""
    whole = small_log.bundle()
    event = change(whole.events[0])
    leaves = [merkle.leaf_hash(key.entry) for key in whole.keys] + [merkle.leaf_hash(event.entry)]
    keys = tuple(replace(key, index=place, proof=tuple(merkle.inclusion_path(place, leaves))) for place, key in enumerate(whole.keys))
    event = replace(event, index=2, proof=tuple(merkle.inclusion_path(2, leaves)))
    checkpoint = note.sign_checkpoint(3, merkle.root(leaves), small_log.LOG)
    return make_bundle(replace(whole, checkpoint=checkpoint, keys=keys, events=(event,)))


def _entry_of(event: EventPiece) -> bytes:
    hashed = evidence.evidence_hash(event.envelope)
    root = merkle.root_of_inclusion(merkle.leaf_hash(hashed), event.position, event.size, event.path)
    return evidence.event_entry(
        evidence=hashed,
        cbv=event.cbv,
        alg=event.alg,
        kid=event.kid,
        size=event.size,
        index=event.position,
        root=root,
        signature=event.signature,
    )


def test_even_the_operator_of_the_log_cannot_change_a_signed_event() -> None:
    def lie(event: EventPiece) -> EventPiece:
        changed = replace(event, envelope=event.envelope.replace(b"commissioning", b"decommissioni"))
        return replace(changed, entry=_entry_of(changed))

    assert verify_bundle(_resigned(lambda event: event)).size == 3
    with pytest.raises(refusals.SignatureBad) as caught:
        verify_bundle(_resigned(lie))
    assert caught.value.params["event"] == 1


def test_a_signature_by_another_key_is_refused() -> None:
    packer = small_log.bundle().keys[1]

    def swap(event: EventPiece) -> EventPiece:
        changed = replace(event, kid=packer.kid, alg=packer.alg)
        return replace(changed, entry=_entry_of(changed))

    with pytest.raises(refusals.SignatureBad):
        verify_bundle(_resigned(swap))


def test_the_algorithm_is_the_keys_not_the_events() -> None:
    def swap(event: EventPiece) -> EventPiece:
        changed = replace(event, alg="ES256")
        return replace(changed, entry=_entry_of(changed))

    with pytest.raises(refusals.SignatureBad):
        verify_bundle(_resigned(swap))


@pytest.mark.parametrize("cbv", ['x","i":0,"z":"', "", "ni:///sha-256;00?ver=CBV2.0", "ni:///sha-256;" + "A" * 64 + "?ver=CBV2.0"])
def test_a_cbv_hash_in_another_form_is_refused(cbv: str) -> None:
    def swap(event: EventPiece) -> EventPiece:
        changed = replace(event, cbv=cbv)
        return replace(changed, entry=_entry_of(changed))

    with pytest.raises(refusals.EntryWrong):
        verify_bundle(_resigned(swap))


@pytest.mark.parametrize(
    "envelope",
    [b"{}", b"[]", b"{", b'{"a":1,"a":2}', b'{"event":1,"context":1,"contextDigests":{},"captureID":"","captureTime":"","salt":""}'],
)
def test_a_signed_envelope_of_another_shape_is_refused(envelope: bytes) -> None:
    raw = make_bundle(small_log.bundle(events=(envelope,)))
    with pytest.raises((refusals.BundleMalformed, refusals.BundleDuplicateKey)):
        verify_bundle(raw)


def test_a_weak_key_is_refused() -> None:
    spki = bytes.fromhex("302a300506032b6570032100") + (1).to_bytes(32, "little")
    kid = evidence.kid_of(spki)
    key = replace(
        small_log.bundle().keys[0],
        spki=spki,
        kid=kid,
        entry=evidence.key_entry(kid=kid, alg="Ed25519", spki=spki, party="party-1", hosted=False),
    )
    with pytest.raises(refusals.KeyWrong) as caught:
        verify_bundle(make_bundle(replace(small_log.bundle(), keys=(key,))))
    assert caught.value.params["reason"] == "signature.weak-key"


def _outcome(raw: bytes) -> Proven | None:
    try:
        return verify_bundle(raw, log_vkey=VKEY)
    except refusals.NotProven:
        return None


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 7))
def test_a_flipped_bit_never_proves_anything_else(position: int, bit: int) -> None:
    altered = GOOD[:position] + bytes([GOOD[position] ^ 1 << bit]) + GOOD[position + 1 :]
    assert _outcome(altered) in (None, PROVEN)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 40), st.binary(max_size=12))
def test_replaced_bytes_never_prove_anything_else(start: int, length: int, put: bytes) -> None:
    assert _outcome(GOOD[:start] + put + GOOD[start + length :]) in (None, PROVEN)


def test_names_of_parties_and_the_time_of_making_are_no_part_of_what_is_proven() -> None:
    document = copy.deepcopy(json.loads(GOOD))
    document["made"] = "2030-01-01T00:00:00Z"
    document["keys"][0]["party"]["name"] = "Someone else"
    assert verify_bundle(json.dumps(document).encode(), log_vkey=VKEY) == PROVEN
    assert "name" not in {field for event in PROVEN.events for field in event.__slots__}


# ------------------------------------------------------------------------------------------------ the file itself

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple)
SIZES = st.integers(0, 2**63 - 1)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
KEYS = st.builds(
    KeyPiece,
    TEXT,
    TEXT,
    st.binary(max_size=9),
    st.dictionaries(TEXT, TEXT, max_size=2),
    st.booleans(),
    st.binary(max_size=9),
    SIZES,
    HASHES,
)
PIECES = st.builds(
    EventPiece, TEXT.map(str.encode), TEXT, TEXT, TEXT, st.binary(max_size=9), SIZES, SIZES, HASHES, st.binary(max_size=9), SIZES, HASHES
)


@given(st.builds(Bundle, TEXT, TEXT, TEXT, TEXT, TEXT, st.lists(KEYS, max_size=2).map(tuple), st.lists(PIECES, max_size=2).map(tuple)))
def test_a_bundle_file_reads_back(whole: Bundle) -> None:
    assert parse_bundle(make_bundle(whole)) == whole


def test_a_bundle_longer_than_the_limit_is_not_written() -> None:
    with pytest.raises(refusals.BundleTooLarge):
        make_bundle(replace(small_log.bundle(), made="x" * MAX_BUNDLE))


def test_the_verifier_needs_no_server_database_or_fast_json() -> None:
    code = (
        "import sys, app.verify.offline; print(*{'orjson','flask','sqlalchemy','rfc8785','socket','urllib.request'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""
