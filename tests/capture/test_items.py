"""Items of an event as index rows: each once, in the part it takes, however it is spelled."""

from __future__ import annotations

from app.capture import items

SERIAL, URN = "https://id.gs1.org/01/09521234123453/21/7", "urn:epc:id:sgtin:9521234.012345.7"
LOT = "https://id.gs1.org/01/09521234123453/10/L1"


def test_the_rows_of_an_event_are_its_keys_without_their_text() -> None:
    event = {
        "type": "ObjectEvent",
        "parentID": "urn:epc:id:sscc:9521234.0123456789",
        "epcList": [SERIAL, URN, "https://shop.example/01/09521234123453/21/7", "urn:uuid:1"],
        "childEPCs": [SERIAL],
        "inputEPCList": [URN],
        "outputEPCList": [],
        "quantityList": [{"epcClass": LOT, "quantity": 2}, {"epcClass": "urn:epc:class:lgtin:9521234.012345.L1"}],
        "childQuantityList": [{"epcClass": LOT}],
        "inputQuantityList": [{"epcClass": "urn:epc:idpat:sgtin:9521234.012345.*"}],
        "outputQuantityList": [{"epcClass": LOT}],
    }
    assert items.rows(event) == {(*key[:3], role) for key, role in items.keys(event)}
    assert len(items.rows(event)) == 9


def test_an_event_without_items_has_no_rows() -> None:
    assert items.rows({"type": "ObjectEvent", "epcList": []}) == set()
