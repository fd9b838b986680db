from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from app.errors import Refusal
from app.label.designs.goods import Goods
from app.label.drawing.design import Wishes
from app.label.runs.drawing_room import DrawingRoom
from app.label.runs.refusals import Broke
from app.label.runs.run_parts import How, RunPart, draw
from app.label.runs.worker import Interrupted
from app.label.symbols.carrier import Carrier
from tests.travellers import whole

_GOODS = Goods(
    "09521001000017", "TH260612A", date(2026, 6, 30), "Vải thiều Thanh Hà", "Hương Giang", "HTX", "40 kg", "https://example.test"
)
_LABELS = tuple(_GOODS.label(_GOODS.text(Wishes()), Wishes(), Carrier.QR_DL, f"00000000000{place}") for place in range(3))
_PART = RunPart("pdf", "roll-70x40", How(1, 3), _LABELS, (1, 2, 3), None, "https://example.test", 0)


def _nothing() -> None:
    """A beat of somebody who holds nothing."""


@pytest.fixture
def room() -> Iterator[DrawingRoom]:
    made = DrawingRoom(threading.Event())
    yield made
    made.close()


def test_a_part_drawn_in_the_room_is_the_same_as_drawn_here(room: DrawingRoom) -> None:
    assert room.drawing(_PART, _nothing) == draw(_PART)
    assert room.drawing(replace(_PART, form="csv"), _nothing) == draw(replace(_PART, form="csv"))


def test_a_refusal_comes_out_of_the_room_as_it_was(room: DrawingRoom) -> None:
    with pytest.raises(Refusal) as here:
        draw(replace(_PART, layout="roll-50x25", how=How(1, 3, dx=11.0)))
    with pytest.raises(Refusal) as there:
        room.drawing(replace(_PART, layout="roll-50x25", how=How(1, 3, dx=11.0)), _nothing)
    assert whole(there.value) == whole(here.value)
    assert room.drawing(_PART, _nothing) == draw(_PART)


def test_a_room_whose_process_died_says_so_and_the_next_part_gets_a_new_one(room: DrawingRoom) -> None:
    room.drawing(_PART, _nothing)
    pid = room.pid
    assert pid is not None

    def murder() -> None:
        os.kill(pid, signal.SIGKILL)

    many = replace(_PART, labels=_LABELS * 400, places=tuple(range(1, 1201)))
    with pytest.raises(Broke):
        room.drawing(many, murder)
    assert room.drawing(_PART, _nothing) == draw(_PART)


def test_the_end_of_the_server_interrupts_a_part() -> None:
    stop = threading.Event()
    room = DrawingRoom(stop)
    many = replace(_PART, labels=_LABELS * 400, places=tuple(range(1, 1201)))
    with pytest.raises(Interrupted):
        room.drawing(many, stop.set)
    room.close()
