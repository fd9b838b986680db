"""Evidence hashes: every accepted byte counts, a document's signature reaches each of its events, log entries are canonical."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import signature
from app.capture import canonical, evidence
from app.ledger import merkle
from tests.capture.test_canonical import JSON

SALT = bytes(range(16))
NOON = datetime(2026, 11, 22, 12, 0, 0, 42, tzinfo=UTC)
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ns.example.vn/epcis/"}]
TIMES = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001  # bounds of the strategy, which adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001  # the same
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(-timedelta(hours=5, minutes=30))]),
)


def mango(**changes: Any) -> dict[str, Any]:
    """An event of the simplest kind."""
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-11-22T08:00:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "epcList": ["urn:epc:id:sgtin:9521234.012345.A1"],
        "action": "ADD",
        "bizStep": "commissioning",
        "ex:note": "xoài cát Hòa Lộc",
        **changes,
    }


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), JSON, st.text(max_size=12), TIMES, st.binary(min_size=16, max_size=16))
def test_the_envelope_is_the_canonical_form_of_what_was_accepted(event: Any, context: Any, name: str, time: datetime, salt: bytes) -> None:
    sealed = evidence.seal_event(event, context, name, time, salt)
    whole = {
        "event": event,
        "context": context,
        "contextDigests": {},
        "captureID": name,
        "captureTime": time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "salt": evidence.to_base64url(salt),
    }
    assert sealed.envelope == canonical.jcs(whole)
    assert sealed.evidence == hashlib.sha256(b"truyxuat/event/v1\n" + sealed.envelope).digest()


def test_known_contexts_enter_with_their_digest() -> None:
    envelope = json.loads(evidence.seal_event(mango(), [*CONTEXT, "https://unknown.example/c.jsonld"], "c1", NOON, SALT).envelope)
    assert envelope["contextDigests"] == {CONTEXT[0]: "e532647e8eb371379b8b0e8602d8981c8566bc60f7351f22c76a5bc865962008"}
    assert (envelope["captureTime"], envelope["salt"]) == ("2026-11-22T12:00:00.000042Z", "AAECAwQFBgcICQoLDA0ODw")


@pytest.mark.parametrize(
    "other",
    [
        mango(recordTime="2026-11-22T08:00:01Z"),
        mango(eventID="urn:uuid:1"),
        mango(certificationInfo="https://cert.example/1"),
        mango(comment="changed"),
        mango(eventTime="2026-11-22T08:00:00.0001+07:00"),
        mango(epcList=["https://id.gs1.org/01/09521234123453/21/A1"]),
        mango(bizStep="https://ref.gs1.org/cbv/BizStep-commissioning"),
        mango(errorDeclaration={"declarationTime": "2026-11-23T08:00:00Z"}),
        mango(**{"ex:note": "xoa\u0300i cát Hòa Lộc"}),
    ],
)
def test_events_that_share_an_event_hash_do_not_share_evidence(other: dict[str, Any]) -> None:
    assert (
        evidence.seal_event(other, CONTEXT, "c1", NOON, SALT).evidence != evidence.seal_event(mango(), CONTEXT, "c1", NOON, SALT).evidence
    )


def test_salt_capture_and_time_change_the_evidence() -> None:
    found = {
        evidence.seal_event(mango(), CONTEXT, "c1", NOON, SALT).evidence,
        evidence.seal_event(mango(), CONTEXT, "c2", NOON, SALT).evidence,
        evidence.seal_event(mango(), CONTEXT, "c1", NOON + timedelta(microseconds=1), SALT).evidence,
        evidence.seal_event(mango(), CONTEXT, "c1", NOON, SALT[::-1]).evidence,
        evidence.seal_event(mango(), CONTEXT[:1], "c1", NOON, SALT).evidence,
    }
    assert len(found) == 5


def test_a_naive_time_and_a_short_salt_are_programming_errors() -> None:
    with pytest.raises(ValueError, match="2026"):
        evidence.Sealer(None, "c1", NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="15"):
        evidence.seal_event(mango(), None, "c1", NOON, SALT[:15])
    assert len({evidence.new_salt() for _ in range(50)}) == 50


@pytest.mark.parametrize("size", [*range(1, 34), 100, 127, 128, 129])
def test_each_event_of_a_document_has_a_path_to_its_root(size: int) -> None:
    hashes = [hashlib.sha256(b"%d" % number).digest() for number in range(size)]
    leaves = [merkle.leaf_hash(value) for value in hashes]
    root, paths = evidence.document_tree(hashes)
    assert root == merkle.root(leaves)
    for index, path in enumerate(paths):
        assert [path[at : at + 32] for at in range(0, len(path), 32)] == merkle.inclusion_path(index, leaves)


def test_the_signed_message_names_key_size_and_root() -> None:
    assert evidence.signing_message("00112233aabbccdd", 3, b"\xab" * 32) == (
        b"truyxuat/sig/events/v1\n00112233aabbccdd\n3\n" + b"ab" * 32 + b"\n"
    )
    assert evidence.kid_of is signature.kid_of


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64), st.integers(1, 10**6), st.integers(0, 10**6))
def test_the_log_entry_of_an_event_is_canonical(hashed: bytes, signed: bytes, size: int, index: int) -> None:
    cbv = f"ni:///sha-256;{hashed.hex()}?ver=CBV2.0"
    made = evidence.event_entry(evidence=hashed, cbv=cbv, alg="ES256", kid="0" * 16, size=size, index=index, root=hashed, signature=signed)
    assert made == canonical.jcs(
        {
            "v": 1,
            "t": "event",
            "ev": hashed.hex(),
            "cbv": cbv,
            "alg": "ES256",
            "kid": "0" * 16,
            "n": size,
            "i": index,
            "root": hashed.hex(),
            "sig": evidence.to_base64url(signed),
        }
    )


@given(st.binary(min_size=44, max_size=91), st.text(max_size=20).filter(lambda text: text.isprintable() or text.isascii()), st.booleans())
def test_the_log_entry_of_a_key_is_canonical(spki: bytes, party: str, hosted: bool) -> None:
    kid = evidence.kid_of(spki)
    made = evidence.key_entry(kid=kid, alg="Ed25519", spki=spki, party=party, hosted=hosted)
    entry = {"v": 1, "t": "key-add", "kid": kid, "alg": "Ed25519", "spki": evidence.to_base64url(spki), "party": party, "hosted": hosted}
    assert made == canonical.jcs(entry)


@given(st.binary(max_size=80))
def test_base64url_reads_back(value: bytes) -> None:
    made = evidence.to_base64url(value)
    assert evidence.from_base64url(made) == value
    assert not set(made) & set("+/=")


@pytest.mark.parametrize("text", ["A", "AA==", "AB", "A+A_", "A/AA", "AA A", "\u0100\u0100\u0100\u0100", "AAA\n"])
def test_another_spelling_of_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text[:80])):
        evidence.from_base64url(text)
