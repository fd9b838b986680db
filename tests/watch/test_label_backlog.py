"""Readiness and the doctor tell what the threads beside the server have left to do for labels."""

from __future__ import annotations

from typing import Any

from app.capture.accept import accept
from app.label.stamps.follow import follow
from app.label.stamps.issue import draw_more, issue
from app.ledger import sequencer
from app.runtime import Runtime
from app.watch import doctor
from tests.builders import document, make_enterprise, object_event, raw
from tests.label.stock import GTIN, LOT, make_stock


def labels(on: Runtime) -> tuple[str, str]:
    (found,) = doctor._labels(on)  # noqa: SLF001  # the whole examination looks at this machine and its clock
    return found.state, found.found


def test_what_is_left_to_draw_and_to_follow_is_told_until_it_is_done(on: Runtime, client: Any) -> None:
    firm = make_enterprise(on)
    make_stock(on, firm)
    while sequencer.integrate(on=on):
        pass
    while follow(on):
        pass
    assert labels(on) == ("ok", "0 serial numbers of 0 jobs and 0 files to draw, 0 log entries not followed by stamps")
    issue(GTIN, LOT, 12, by=firm.actor(), on=on, draw=False)
    accept(raw(document(object_event())), by=firm.actor(), on=on)
    while sequencer.integrate(on=on):
        pass
    told = client.get("/readyz").json["labelsBehind"]
    assert (told["jobs"], told["serials"], told["runs"], told["events"] >= 1) == (1, 12, 0, True)
    assert labels(on)[0] == "warning"
    while draw_more(on=on) or follow(on):
        pass
    assert client.get("/readyz").json["labelsBehind"] == {"events": 0, "jobs": 0, "serials": 0, "runs": 0}
