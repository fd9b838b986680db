"""What strangers record about somebody's goods neither fills the page nor pushes out the steps of those who handled them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from app.verify.pages import MOST_STEPS
from tests.builders import Enterprise, make_enterprise, object_event
from tests.verify.world import GTIN, LOT, SERIAL, World

ITEM = f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"
PAGE = f"/v/01/{GTIN}/10/{LOT}/21/{SERIAL}?lang=en"
FIRST = datetime(2026, 6, 1, tzinfo=UTC)
MOST_BYTES = 14_000
"""What a phone gets in the first round trip (ten packets)."""


def _record(world: World, by: Enterprise, count: int, step: str, day: int = 0) -> None:
    events = [
        object_event(epcList=[ITEM], eventTime=(FIRST + timedelta(days=day, minutes=number)).isoformat(), bizStep=step)
        for number in range(count)
    ]
    for start in range(0, count, 1000):
        world.capture(*events[start : start + 1000], by=by, logged=False)
    world.capture(object_event(epcList=[f"{ITEM}OTHER"]), by=by)


def _page(client: Any) -> tuple[str, int]:
    sent = client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    return client.get(PAGE).text, len(sent.data)


def test_five_thousand_events_of_a_stranger_leave_room_for_owner_and_partner(world: World, client: Any) -> None:
    world.commission()
    _record(world, make_enterprise(world.on, "Vận tải lạnh", "9521005"), 3, "transporting", day=14)
    _record(world, make_enterprise(world.on, "Người lạ", "9521999"), 5_000, "inspecting")
    page, size = _page(client)
    assert "Sông Thái Bình" in page
    assert page.count('<li class="checked">') <= MOST_STEPS
    assert page.count("Vận tải lạnh") == 3
    assert "Journey" in page
    assert size < MOST_BYTES


def test_a_long_journey_shows_half_of_its_steps_for_others_and_says_that_it_is_longer(world: World, client: Any) -> None:
    world.commission()
    _record(world, world.owner, 150, "inspecting", day=12)
    for number in range(20):
        _record(world, make_enterprise(world.on, f"Người lạ {number}", f"95219{number:02}"), 3, "transporting")
    page, size = _page(client)
    assert page.count('<ol class="trail">') == 1
    assert page.count("<time ") == MOST_STEPS
    assert 20 <= page.count("Người lạ") <= MOST_STEPS // 2
    assert "The journey is longer than what is shown here." in page
    assert size < MOST_BYTES
