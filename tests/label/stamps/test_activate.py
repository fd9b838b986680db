from __future__ import annotations

from typing import Any

from app.capture import find
from app.label.stamps.issue import issue
from app.label.stamps.life import move_listed
from app.label.stamps.refusals import NothingToVoid
from app.ledger import sequencer
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key
from tests.label.stock import GTIN, LOT


def test_labelled_goods_are_recorded_as_made_once(on: Runtime, client: Any, firm: Enterprise) -> None:
    job, headers = issue(GTIN, LOT, 3, by=firm.actor(), on=on), make_api_key(on, firm)
    first = client.post(f"/api/labels/{job.job_id}/commission", headers=headers)
    again = client.post(f"/api/labels/{job.job_id}/commission", headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"]
    with on.store.reading() as connection:
        (row,) = find.events_by_uri(connection, firm.party_id, first.json["eventID"])
        event = find.sealed(row)["event"]
    assert sorted(event["epcList"]) == sorted(f"https://id.gs1.org/01/{GTIN}/21/{serial}" for serial in job.serials)
    assert event["ilmd"] == {"cbvmda:lotNumber": LOT, "cbvmda:itemExpirationDate": "2026-06-30"}


def test_a_scan_of_goods_recorded_as_made_is_verified(on: Runtime, client: Any, firm: Enterprise) -> None:
    job = issue(GTIN, LOT, 1, by=firm.actor(), on=on)
    client.post(f"/api/labels/{job.job_id}/commission", headers=make_api_key(on, firm))
    while sequencer.integrate(on=on):
        pass
    answer = client.get("/api/verify", query_string={"code": f"https://example.test/01/{GTIN}/10/{LOT}/21/{job.serials[0]}"})
    assert (answer.json["verdict"], answer.json["cause"]) == ("verified", "VERIFIED-ITEM")


def test_void_labels_are_on_no_goods(on: Runtime, client: Any, firm: Enterprise) -> None:
    job = issue(GTIN, LOT, 2, by=firm.actor(), on=on)
    move_listed(GTIN, job.serials, "void", cause="other", note="misprinted", by=firm.actor(), on=on)
    answer = client.post(f"/api/labels/{job.job_id}/commission", headers=make_api_key(on, firm))
    assert (answer.status_code, answer.json["code"]) == (404, NothingToVoid.code)
