"""An event of an extension type may mean something else by our names: it is taken, shown and answered like any other."""

from __future__ import annotations

from typing import Any

import pytest

from app.journey.flags.follow import catch_up
from app.runtime import Runtime
from tests.builders import document, make_api_key, make_enterprise, object_event, raw, signed_in

FIELDS = (
    "action", "bizStep", "disposition", "readPoint", "bizLocation", "epcList", "quantityList", "childEPCs", "childQuantityList",
    "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "parentID", "transformationID", "sourceList",
    "destinationList",
    "bizTransactionList", "sensorElementList", "persistentDisposition", "ilmd",
)  # fmt: skip


@pytest.mark.parametrize("value", [5, "its own", [[{"x": 1}]], {"x": [1]}, [{"epcClass": 5}], None, True], ids=str)
def test_our_names_may_mean_something_else_in_an_event_of_an_extension_type(on: Runtime, client: Any, value: Any) -> None:
    firm = make_enterprise(on)
    event = object_event(type="https://vai.example/terms/Tasting") | dict.fromkeys(FIELDS, value)
    answer = client.post("/epcis/capture", data=raw(document(event)), headers=make_api_key(on, firm) | {"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.get_data(as_text=True)
    catch_up(on)
    key = make_api_key(on, firm)
    (listed,) = client.get("/epcis/events", headers=key).get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert listed["epcList"] == value
    with on.store.reading() as connection:
        row_id = connection.exec_driver_sql("SELECT id FROM event").scalar_one()
    signed_in(client, on, firm)
    for page in ("/console/events", f"/console/events/{row_id}", "/console/flags"):
        assert client.get(page).status_code == 200, page
