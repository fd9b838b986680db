"""The journey of an item as people read it: what happened, when, where and by whom, as far as it is published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from app.capture import items
from app.capture.model import CaptureDocument
from app.capture.vocabulary import word
from app.catalogue import find as catalogue
from app.catalogue.master import find as master
from app.identify.item_key import ItemKey, item_key
from app.journey.walk import DEEPEST, MOST_EVENTS, Recorded, walk
from app.party.model import Party, SigningKey

_GLN = re.compile(r"https://id\.gs1\.org/414/([0-9]{13})(?![0-9])")

MOST_QUANTITIES = 6
"""Quantities shown of one event; a transformation names its inputs and outputs."""

MOST_READINGS = 4
"""Sensor readings shown of one event."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of a class that an event names; part: 1 epc, 2 parent, 3 child, 4 input, 5 output; uom: UN/CEFACT code or None."""

    uri: str
    amount: str
    uom: str | None
    part: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One sensor report in short; the values are text because what was recorded is shown, not what a float makes of it."""

    kind: str
    value: str | None
    low: str | None
    high: str | None
    uom: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event happened, as far as somebody registered the place; the identifier stands in for a missing name."""

    uri: str
    name: str
    commune: str | None = None
    province: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One published event of a journey.

    at: microseconds since 1970; local and offset: as recorded; about: item, lot, container or input; count: identifiers named;
    hosted: signed with a key that this service keeps; correction: an error declaration; corrected: one exists for this event.
    """

    number: int
    party_id: int
    who: str
    event_id: str
    kind: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    at: int
    local: str
    offset: str
    recorded: str
    place: Place | None
    about: str
    subject: str
    count: int
    quantities: tuple[Quantity, ...]
    readings: tuple[Measured, ...]
    evidence: str
    hosted: bool
    correction: bool
    corrected: bool


@dataclass(frozen=True, slots=True)
class Papers:
    """What the events of a journey were signed with: documents by (party, document), keys by (party, kid)."""

    documents: Mapping[tuple[int, int], Any]
    keys: Mapping[tuple[int, str], Any]

    def key_of(self, recorded: Recorded) -> Any | None:
        """The key that signed for an event, when the document and the key of that enterprise exist."""
        document = self.documents.get((recorded.row.party_id, recorded.row.document_id))
        return None if document is None else self.keys.get((recorded.row.party_id, document.kid))


@dataclass(frozen=True, slots=True)
class History:
    """A journey: every event found (for checking), the steps a reader may see, and how many others there are."""

    events: Sequence[Recorded] = ()
    steps: Sequence[Step] = ()
    hidden: int = 0
    incomplete: bool = False
    papers: Papers = field(default_factory=lambda: Papers({}, {}))


_DOCUMENTS = select(
    CaptureDocument.party_id, CaptureDocument.document_id, CaptureDocument.event_count, CaptureDocument.kid, CaptureDocument.root,
    CaptureDocument.signature,
).where(CaptureDocument.party_id == bindparam("party_id"), CaptureDocument.document_id.in_(bindparam("ids", expanding=True)))  # fmt: skip
_KEYS = select(SigningKey.party_id, SigningKey.kid, SigningKey.algorithm, SigningKey.spki, SigningKey.hosted).where(
    SigningKey.party_id == bindparam("party_id"), SigningKey.kid.in_(bindparam("kids", expanding=True))
)
_PARTIES = select(Party.party_id, Party.name, Party.publishes).where(Party.party_id.in_(bindparam("ids", expanding=True)))


def history(
    connection: Connection,
    start: Iterable[tuple[ItemKey, str]],
    *,
    owner: int = 0,
    reader: int | None = None,
    most: int = MOST_EVENTS,
    deepest: int = DEEPEST,
) -> History:
    """The journey of the identifiers in `start` (pairs of key and relation: the item, its lot).

    owner: whose product it is; reader: the organisation that asks, None for the public. An enterprise that publishes nothing is seen by
    itself only; others learn how many of its steps there are.
    """
    walked = walk(connection, start, owner=owner, most=most, deepest=deepest)
    if not walked.events:
        return History(incomplete=walked.incomplete)
    papers = _papers(connection, walked.events)
    parties = {row.party_id: row for row in connection.execute(_PARTIES, {"ids": sorted({item.row.party_id for item in walked.events})})}
    shown = [item for item in walked.events if item.row.party_id == reader or _publishes(parties.get(item.row.party_id))]
    places = _Places(connection, shown)
    declared = {(item.row.party_id, item.row.event_uri) for item in walked.events if "errorDeclaration" in item.event}
    steps = [_step(item, parties, places, papers, declared) for item in shown]
    return History(walked.events, steps, len(walked.events) - len(shown), walked.incomplete, papers)


def _papers(connection: Connection, events: Sequence[Recorded]) -> Papers:
    ids: dict[int, set[int]] = {}
    for item in events:
        ids.setdefault(item.row.party_id, set()).add(item.row.document_id)
    documents = {
        (row.party_id, row.document_id): row
        for party_id, wanted in ids.items()
        for row in connection.execute(_DOCUMENTS, {"party_id": party_id, "ids": sorted(wanted)})
    }
    kids: dict[int, set[str]] = {}
    for row in documents.values():
        if row.kid is not None:
            kids.setdefault(row.party_id, set()).add(row.kid)
    keys = {
        (row.party_id, row.kid): row
        for party_id, wanted in kids.items()
        for row in connection.execute(_KEYS, {"party_id": party_id, "kids": sorted(wanted)})
    }
    return Papers(documents, keys)


def _publishes(party: Any | None) -> bool:
    return party is not None and bool(party.publishes)


def _step(item: Recorded, parties: Mapping[int, Any], places: _Places, papers: Papers, declared: set[tuple[int, str]]) -> Step:
    event, row = item.event, item.row
    key = papers.key_of(item)
    correction = "errorDeclaration" in event
    party = parties.get(row.party_id)
    return Step(
        number=row.id,
        party_id=row.party_id,
        who="" if party is None else party.name,
        event_id=event.get("eventID") or row.event_uri,
        kind=event["type"],
        action=event.get("action"),
        biz_step=_word("bizStep", event),
        disposition=_word("disposition", event),
        at=item.at,
        local=event["eventTime"],
        offset=event["eventTimeZoneOffset"],
        recorded=item.sealed["captureTime"],
        place=places.of(item),
        about=item.relation,
        subject=item.subject,
        count=sum(1 for _ in items.named(event)),
        quantities=tuple(_quantities(event)),
        readings=tuple(_readings(event)),
        evidence=bytes(row.evidence).hex(),
        hosted=bool(key is not None and key.hosted),
        correction=correction,
        corrected=not correction and (row.party_id, row.event_uri) in declared,
    )


def _word(field: str, event: Mapping[str, Any]) -> str | None:
    """The bare word of a field, however the sender spelled it; words of others stay whole."""
    text = event.get(field)
    return None if text is None else word(field, text)


def _where(event: Mapping[str, Any]) -> str | None:
    """The place of an event: where it was seen, else where the goods are afterwards."""
    for name in ("readPoint", "bizLocation"):
        place = event.get(name)
        if place and place.get("id"):
            return str(place["id"])
    return None


def _spellings(uri: str | None) -> set[str]:
    """A place as it was written and in its canonical spelling: it may be registered under either."""
    return set() if uri is None else {uri, item_key(uri).text}


class _Places:
    """Names of the places of events: whoever registered a place first, else what the event's organisation said of it by then."""

    def __init__(self, connection: Connection, shown: Sequence[Recorded]) -> None:
        uris = sorted({uri for item in shown for uri in _spellings(_where(item.event))})
        self._registered = catalogue.place_by_uri(connection, uris)
        nameless: dict[int, set[str]] = {}
        for item in shown:
            uri = _where(item.event)
            if uri is not None and not _spellings(uri) & self._registered.keys():
                nameless.setdefault(item.row.party_id, set()).add(uri)
        self._said = {party_id: master.names(connection, party_id, wanted) for party_id, wanted in nameless.items()}

    def of(self, item: Recorded) -> Place | None:
        """Where an event happened, None when it does not say."""
        uri = _where(item.event)
        if uri is None:
            return None
        row = self._registered.get(uri) or self._registered.get(item_key(uri).text)
        if row is not None:
            return Place(uri, row.name, row.commune, row.province)
        said = self._said[item.row.party_id].of(uri, item.at)
        if said is not None:
            return Place(uri, said.name, said.commune, said.province)
        gln = _GLN.match(item_key(uri).text)
        return Place(uri, uri if gln is None else f"GLN {gln[1]}")


_AMOUNTS = (("quantityList", 1), ("childQuantityList", 3), ("inputQuantityList", 4), ("outputQuantityList", 5))


def _quantities(event: Mapping[str, Any]) -> list[Quantity]:
    found = [
        Quantity(item_key(element["epcClass"]).text, _number(element["quantity"]), element.get("uom"), part)
        for name, part in _AMOUNTS
        for element in event.get(name) or ()
        if element.get("quantity") is not None
    ]
    return found[:MOST_QUANTITIES]


def _readings(event: Mapping[str, Any]) -> list[Measured]:
    found: list[Measured] = []
    for element in event.get("sensorElementList") or ():
        for report in element.get("sensorReport") or ():
            value, low, high = (_number(report[name]) if name in report else None for name in ("value", "minValue", "maxValue"))
            if "type" in report and (value, low, high) != (None, None, None):
                found.append(Measured(word("measurementType", str(report["type"])), value, low, high, report.get("uom")))
    return found[:MOST_READINGS]


def _number(value: Any) -> str:
    """A number as people write it: 1240 and not 1240.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
