"""The first event of labelled goods: the serial numbers of a label job are on goods now (commissioning, ADD)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

from app.capture import find
from app.capture.accept import accept
from app.capture.read import CONTEXT
from app.capture.refusals import EventChanged
from app.catalogue import find as catalogue
from app.identify import digital_link
from app.label import find as labels
from app.label.stamps.issue import NothingToVoid
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

_VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Commissioned:
    """The event that says the goods were made: its capture job, its eventID, and whether it was recorded before this call."""

    capture_id: str
    event_id: str
    before: bool


def commission(job_id: int, *, by: Actor, on: Runtime) -> Commissioned:
    """Record that the goods of a label job were made.

    One ObjectEvent names every serial number that is not void, with batch and expiry as instance master data (CBV 2.0). Its eventID comes
    from the job, so asking twice records once. Raises NoSuchJob, NothingToVoid when every label is void.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    event_id = uuid.uuid5(uuid.NAMESPACE_URL, f"truyxuat/label-job/{party_id}/{job_id}").urn
    with on.store.reading() as connection:
        job = labels.job(connection, party_id, job_id)
        earlier = find.events_by_uri(connection, party_id, event_id)
        if earlier:
            return Commissioned(str(earlier[0].document_id), event_id, before=True)
        serials = labels.usable(labels.serials(connection, party_id, job_id))
        lot = catalogue.lot(connection, party_id, job.gtin, job.lot)
    if not serials:
        raise NothingToVoid(gtin=job.gtin, count=0)
    event = _event(event_id, job.gtin, lot, serials, on)
    try:
        receipt = accept(json.dumps(event, ensure_ascii=False).encode(), by=by, on=on, bare=True)
    except EventChanged:  # pressed twice at the same moment: the other call was first, at its own time
        with on.store.reading() as connection:
            (first, *_) = find.events_by_uri(connection, party_id, event_id)
        return Commissioned(str(first.document_id), event_id, before=True)
    return Commissioned(receipt.capture_id, event_id, before=receipt.events[0].known)


def _event(event_id: str, gtin: str, lot: Any, serials: list[str], on: Runtime) -> dict[str, Any]:
    """The event as a client would send it; local time, because that is what people who made the goods would write."""
    ilmd = {"cbvmda:lotNumber": lot.lot} | ({"cbvmda:itemExpirationDate": lot.expires_on} if lot.expires_on else {})
    where = {"readPoint": {"id": lot.place_uri}, "bizLocation": {"id": lot.place_uri}} if lot.place_uri else {}
    return {
        "@context": [CONTEXT],
        "type": "ObjectEvent",
        "eventID": event_id,
        "eventTime": on.clock.now().astimezone(_VIETNAM).isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+07:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": [digital_link.build((("01", gtin), ("21", serial))) for serial in serials],
        "ilmd": ilmd,
    } | where
