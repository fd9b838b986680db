"""Everything an organisation says of its products, places and itself as the header of an EPCIS document, for partners to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.catalogue.master import find, rules
from app.catalogue.model import Place, Product
from app.party import find as party
from app.party.rules import provinces

_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_BRAND = "https://gs1.org/voc/brandName"
_COUNTRY = "VN"
_MOST = 1_000_000


def document(connection: Connection, party_id: int, at: datetime, now: datetime) -> dict[str, Any]:
    """An EPCISDocument without events; what is registered in the catalogue completes what was said by documents, and wins over it.

    at: the instant whose versions count; now: the document's creation date.
    """
    listed: dict[str, dict[str, dict[str, Any]]] = {}
    for vocabulary, element, attributes in _registered(connection, party_id):
        kept = [{"id": name if ":" in name else rules.MDA + name, "attribute": text} for name, text in attributes if text]
        listed.setdefault(vocabulary, {})[element] = {"id": element, "attributes": kept}
    for version in find.elements(connection, party_id, find.Wish(), at=at, count=_MOST):
        place = listed.setdefault(version.vocabulary, {})
        place[version.element] = _merged(place.get(version.element), version)
    return {
        "@context": [_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": now.isoformat().replace("+00:00", "Z"),
        "epcisHeader": {"epcisMasterData": {"vocabularyList": list(_vocabularies(listed))}},
        "epcisBody": {"eventList": []},
    }


def _vocabularies(listed: dict[str, dict[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for vocabulary in sorted(listed):
        elements = listed[vocabulary]
        yield {"type": vocabulary, "vocabularyElementList": [elements[element] for element in sorted(elements)]}


def _merged(registered: dict[str, Any] | None, version: find.Version) -> dict[str, Any]:
    known = {rules.attribute_name(each["id"]) for each in registered["attributes"]} if registered else set()
    attributes = list(registered["attributes"]) if registered else []
    attributes += [{"id": each.id, "attribute": each.value} for each in version.attributes if each.name not in known]
    found: dict[str, Any] = {"id": version.as_sent, "attributes": attributes}
    return found | ({"children": list(version.children)} if version.children else {})


def _registered(connection: Connection, party_id: int) -> Iterator[tuple[str, str, Iterable[tuple[str, str | None]]]]:
    """Vocabulary, identifier and attributes of the catalogue's own records."""
    own = party.party(connection, party_id)
    columns = [column for column in Product.__table__.columns if column.name != "image"]
    for row in connection.execute(select(*columns).where(Product.party_id == party_id)):
        said = {
            "descriptionShort": row.name,
            "tradeItemDescription": row.description,
            "netContentDescription": row.net_content,
            "manufacturerOfTradeItemPartyName": own.name,
            _BRAND: row.brand,
        }
        yield f"{rules.START}EPCClass", f"{rules.STEM}01/{row.gtin}", said.items()
    for row in connection.execute(select(Place.__table__).where(Place.party_id == party_id)):
        yield f"{rules.START}BusinessLocation", row.uri, _address(row.name, row).items()
    if own.gln:
        yield f"{rules.START}Party", f"{rules.STEM}417/{own.gln}", _address(own.name, own).items()


def _address(name: str, row: Any) -> dict[str, str | None]:
    state = provinces().get(row.province) if row.province else None
    return {"name": name, "streetAddressOne": row.address, "city": row.commune, "state": state, "countryCode": _COUNTRY}
