"""Builders: a world in a few lines. Passwords and keys are made as the product makes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from app.identify import check_digit
from app.party import register
from app.party.model import CompanyPrefix, Membership, Party, Person
from app.party.permissions import Actor, Role
from app.runtime import Runtime
from app.store.folding import fold
from app.store.keys import new_id
from app.store.work import Tx

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def gtin(reference: str) -> str:
    """A GTIN-14 from its 12 digits after the indicator 0: `gtin("952100200001")`."""
    body = "0" + reference
    return body + check_digit.digit(body)


@dataclass(frozen=True)
class Enterprise:
    """An organisation with one actor of each role and an API key for programs."""

    party_id: int
    name: str
    prefix: str
    people: dict[Role, int]

    def actor(self, role: Role = Role.OWNER) -> Actor:
        """Somebody of this organisation."""
        return Actor(role, self.party_id, self.people.get(role), None, f"{role} of {self.name}", self.name, "en")


def make_enterprise(on: Runtime, name: str = "HTX Vải Hương Giang", prefix: str = "9521001", kind: str = "enterprise") -> Enterprise:
    """Insert an organisation directly: no password is hashed, so it costs a millisecond."""
    party_id, now = new_id(), on.clock.now()
    people = {role: new_id() for role in Role if role is not Role.ANONYMOUS}

    def run(tx: Tx) -> None:
        tx.execute(
            insert(Party).values(
                party_id=party_id, kind=kind, name=name, name_key=fold(name), province="31", publishes=True, created_at=now
            )
        )
        tx.execute(insert(CompanyPrefix).values(prefix=prefix, party_id=party_id, evidence="declared", created_at=now))
        for role, person_id in people.items():
            email = f"{role}.{party_id}@example.test"
            tx.execute(
                insert(Person).values(
                    person_id=person_id,
                    email=email,
                    email_key=fold(email),
                    name=f"{role} of {name}",
                    password_hash="-",
                    language="en",
                    created_at=now,
                )
            )
            tx.execute(insert(Membership).values(party_id=party_id, person_id=person_id, role=str(role), created_at=now))

    on.store.write(run)
    return Enterprise(party_id, name, prefix, people)


def make_api_key(on: Runtime, enterprise: Enterprise, role: Role = Role.OWNER) -> dict[str, str]:
    """The Authorization header of a fresh API key."""
    now = on.clock.now()
    key = on.store.write(lambda tx: register.add_api_key(tx, enterprise.party_id, "test", role, (), None, now, None))
    return {"Authorization": f"Bearer {key}"}


def object_event(**changes: Any) -> dict[str, Any]:
    """A valid ObjectEvent; keyword arguments replace fields, None removes one."""
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "epcList": ["https://id.gs1.org/01/09521002000016/21/K7M2Q9"],
        "eventTime": "2026-06-12T19:30:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "readPoint": {"id": "https://id.gs1.org/414/9521002001013"},
    }
    event |= changes
    return {name: value for name, value in event.items() if value is not None}


def document(*events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An EPCISDocument of events."""
    found: dict[str, Any] = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-06-12T12:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return found | changes


def raw(value: Any) -> bytes:
    """JSON bytes as a client would send them."""
    return json.dumps(value, ensure_ascii=False).encode()


def signed_in(client: Any, on: Runtime, enterprise: Enterprise, role: Role = Role.OWNER) -> Any:
    """The client with the session cookie of somebody of an enterprise; no password is hashed."""
    from app.api.identity import COOKIE
    from app.party.sign_in import open_session

    client.set_cookie(COOKIE, open_session(enterprise.people[role], enterprise.party_id, on=on))
    return client
