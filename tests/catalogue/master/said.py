"""What documents and programs say in these tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.catalogue.master import documents
from app.runtime import Runtime
from app.store.keys import new_id

LOCATION = "urn:epcglobal:epcis:vtype:BusinessLocation"
PRODUCT = "urn:epcglobal:epcis:vtype:EPCClass"
PARTY = "urn:epcglobal:epcis:vtype:Party"
NAME = "urn:epcglobal:cbv:mda:name"
HOUSE = "https://id.gs1.org/414/9521001000000"
HOUSE_URN = "urn:epc:id:sgln:9521001.00000.0"
GTIN = "https://id.gs1.org/01/09521001000017"


def at(day: int, hour: int = 3) -> datetime:
    """A moment of June 2026."""
    return datetime(2026, 6, day, hour, tzinfo=UTC)


def element(uri: str, name: str = "", children: tuple[str, ...] = (), **attributes: Any) -> dict[str, Any]:
    """An element; further attributes are CBV's."""
    listed = [{"id": NAME, "attribute": name}] if name else []
    listed += [{"id": f"urn:epcglobal:cbv:mda:{key}", "attribute": value} for key, value in attributes.items()]
    return {"id": uri, "attributes": listed} | ({"children": list(children)} if children else {})


def header(vocabulary: str, *elements: dict[str, Any]) -> dict[str, Any]:
    """A header with one vocabulary."""
    return {"epcisMasterData": {"vocabularyList": [{"type": vocabulary, "vocabularyElementList": list(elements)}]}}


def say(on: Runtime, party_id: int, when: datetime, said: dict[str, Any], document_id: int | None = None) -> int:
    """Keep what a header says, as capture does; how many versions that added."""
    rows = documents.prepare(said, party_id, document_id or new_id(), when)
    return on.store.write(lambda tx: documents.keep(tx, rows))
