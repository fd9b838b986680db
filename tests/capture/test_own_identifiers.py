"""A household without a company prefix: identifiers of its own making are captured, found and followed like any other."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import delete

from app.capture import history
from app.capture.accept import accept
from app.identify.item_key import item_key
from app.journey.history import history as journey
from app.party.model import CompanyPrefix
from app.runtime import Runtime
from app.store.work import Tx
from tests.builders import Enterprise, document, make_enterprise, object_event, raw, signed_in

OWN = ("https://vuonvai.example/lo/2026-06-12", "urn:uuid:3b6ca1de-3a4d-4d8e-8d8e-3c9d5e2f0a11", "did:web:vuonvai.example:lo:7")
GARDEN = "https://vuonvai.example/vuon/1"


def household(on: Runtime) -> Enterprise:
    """An organisation that has no prefix."""
    firm = make_enterprise(on, "Hộ bà Lụa", prefix="9521004")
    on.store.write(lambda tx: _forget(tx, firm))
    return firm


def _forget(tx: Tx, firm: Enterprise) -> None:
    tx.execute(delete(CompanyPrefix).where(CompanyPrefix.party_id == firm.party_id))


def harvested(item: str, **changes: Any) -> dict[str, Any]:
    return object_event(epcList=[item], action="ADD", bizStep="commissioning", readPoint={"id": GARDEN}, **changes)


@pytest.mark.parametrize("item", OWN)
def test_items_of_ones_own_naming_are_found_and_followed(item: str, on: Runtime) -> None:
    firm = household(on)
    sold = object_event(epcList=[item], bizStep="retail_selling", eventTime="2026-06-13T08:00:00+07:00", readPoint={"id": GARDEN})
    accept(raw(document(harvested(item), sold)), by=firm.actor(), on=on)
    accept(raw(document(harvested(OWN[0] + "/other"))), by=firm.actor(), on=on)

    found, _ = history.recent(by=firm.actor(), on=on, product=item)
    with on.store.reading() as connection:
        walked = journey(connection, [(item_key(item), "item")], reader=firm.party_id)

    assert [listed.row.biz_step for listed in found] == ["retail_selling", "commissioning"]
    assert [step.biz_step for step in walked.steps] == ["commissioning", "retail_selling"]
    assert {step.place.uri for step in walked.steps if step.place} == {GARDEN}


def test_the_page_of_an_event_leads_to_the_history_of_such_an_item(on: Runtime, client: Any) -> None:
    firm = household(on)
    (row,) = accept(raw(document(harvested(OWN[0]))), by=firm.actor(), on=on).row_ids
    signed_in(client, on, firm)

    page = client.get(f"/console/events/{row}").text
    path = f"/console/events?product={quote(OWN[0], safe='')}"

    assert f'href="{path}"' in page
    assert f"/console/events/{row}" in client.get(path).text


def test_goods_made_from_such_an_item_have_it_in_their_journey(on: Runtime) -> None:
    firm = make_enterprise(on)
    made = object_event(
        type="TransformationEvent", action=None, epcList=None, inputEPCList=[OWN[0]],
        outputEPCList=["https://id.gs1.org/01/09521002000016/21/K7M2Q9"], eventTime="2026-06-13T08:00:00+07:00",
    )  # fmt: skip
    accept(raw(document(harvested(OWN[0]), made)), by=firm.actor(), on=on)

    with on.store.reading() as connection:
        start = [(item_key("https://id.gs1.org/01/09521002000016/21/K7M2Q9"), "item")]
        walked = journey(connection, start, reader=firm.party_id)

    assert [step.subject for step in walked.steps if step.biz_step == "commissioning"] == [OWN[0]]
