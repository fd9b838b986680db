"""Hosted keys: made on first use, logged, sealed at rest, and bound to their enterprise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from sqlalchemy import select, update

from app.capture import evidence, signing_keys
from app.ledger.model import LogQueue
from app.party import find
from app.party.model import SigningKey
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise


@pytest.fixture
def enterprise(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def key_row(on: Runtime, enterprise: Enterprise) -> Any:
    with on.store.reading() as connection:
        return find.signing_key(connection, enterprise.party_id)


def forget() -> None:
    """As another process, or this one after a restart."""
    signing_keys._opened.cache_clear()  # noqa: SLF001  # see above
    signing_keys._fresh.clear()  # noqa: SLF001  # see above


def test_a_key_is_made_on_first_use_and_stays(on: Runtime, enterprise: Enterprise) -> None:
    assert key_row(on, enterprise) is None
    first = signing_keys.signer_for(enterprise.party_id, on=on)
    forget()
    assert signing_keys.signer_for(enterprise.party_id, on=on).kid == first.kid
    assert (first.algorithm, first.hosted) == ("Ed25519", True)


def test_what_it_signs_verifies_with_the_public_key(on: Runtime, enterprise: Enterprise) -> None:
    signer = signing_keys.signer_for(enterprise.party_id, on=on)
    public: Any = load_der_public_key(bytes(key_row(on, enterprise).spki))
    public.verify(signer.sign(b"message"), b"message")
    assert evidence.kid_of(bytes(key_row(on, enterprise).spki)) == signer.kid


def test_the_key_is_announced_in_the_log_before_anything_it_signed(on: Runtime, enterprise: Enterprise) -> None:
    signer = signing_keys.signer_for(enterprise.party_id, on=on)
    with on.store.reading() as connection:
        [queued] = connection.execute(select(LogQueue.subject, LogQueue.entry))
    told = json.loads(queued.entry)
    assert (told["t"], told["kid"], told["party"], told["hosted"]) == ("key-add", signer.kid, str(enterprise.party_id), True)
    assert queued.subject == enterprise.party_id


def test_making_it_again_changes_nothing(on: Runtime, enterprise: Enterprise) -> None:
    first = signing_keys.signer_for(enterprise.party_id, on=on)
    signing_keys.make_hosted_key(enterprise.party_id, on=on)
    assert key_row(on, enterprise).kid == first.kid


def test_the_private_half_is_not_kept_in_the_open(on: Runtime, enterprise: Enterprise) -> None:
    signing_keys.signer_for(enterprise.party_id, on=on)
    sealed = bytes(key_row(on, enterprise).sealed)
    assert len(sealed) == 12 + 32 + 16
    sealing = on.vault.load("hosted-keys.key")
    assert sealing not in sealed


def test_a_row_moved_to_another_enterprise_opens_nothing(on: Runtime, enterprise: Enterprise) -> None:
    signing_keys.signer_for(enterprise.party_id, on=on)
    thief = make_enterprise(on, "HTX Khác", "9521009")
    forget()
    on.store.write(lambda tx: tx.execute(update(SigningKey).values(party_id=thief.party_id)))
    with pytest.raises(signing_keys.HostedKeyUnreadable) as refusal:
        signing_keys.signer_for(thief.party_id, on=on)
    assert refusal.value.status == 503


@pytest.mark.parametrize("place", [0, 11, 12, 40, 59])
def test_a_sealed_key_with_one_bit_changed_opens_nothing(on: Runtime, enterprise: Enterprise, place: int) -> None:
    signing_keys.signer_for(enterprise.party_id, on=on)
    sealed = bytearray(key_row(on, enterprise).sealed)
    sealed[place] ^= 1
    forget()
    on.store.write(lambda tx: tx.execute(update(SigningKey).values(sealed=bytes(sealed))))
    with pytest.raises(signing_keys.HostedKeyUnreadable):
        signing_keys.signer_for(enterprise.party_id, on=on)


def test_a_retired_key_signs_no_more(on: Runtime, enterprise: Enterprise) -> None:
    first = signing_keys.signer_for(enterprise.party_id, on=on)
    on.store.write(lambda tx: tx.execute(update(SigningKey).values(retired_at=on.clock.now())))
    forget()
    assert signing_keys.signer_for(enterprise.party_id, on=on).kid != first.kid
