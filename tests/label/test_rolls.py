from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.label.folder.asked import Asked, Numbers
from app.label.jobs import print_job
from app.label.rolls import roll_of, roll_text
from app.label.runs import find, runs
from app.label.symbols.carrier import Carrier
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import make_api_key, make_enterprise
from tests.label.stock import GTIN, make_stock


@given(st.integers(1, 1_000_000), st.integers(1, 100_000))
def test_roll_and_place_lead_back_to_the_position(position: int, per_roll: int) -> None:
    roll, place = roll_of(position, per_roll)
    assert ((roll - 1) * per_roll + place, 1 <= place <= per_roll) == (position, True)
    assert roll_text(position, per_roll).split(" · ") == [f"R{roll}", f"{position:05}"]


def test_a_job_without_rolls_is_one_roll_and_its_labels_say_nothing_of_it() -> None:
    assert (roll_of(537, None), roll_text(537, None)) == ((1, 537), "")


@pytest.fixture
def job(client: Any, on: Runtime) -> tuple[int, Any]:
    """Six blank stamps on rolls of four, and their owner."""
    firm = make_enterprise(on)
    make_stock(on, firm)
    asked = {"gtin": GTIN, "lot": "", "count": 6, "perRoll": 4}
    made = client.post("/api/labels", json=asked, headers=make_api_key(on, firm)).get_json()
    return int(made["job"]), firm.actor(Role.OWNER)


def test_console_run_and_command_print_the_position_in_the_job(job: tuple[int, Any], on: Runtime) -> None:
    job_id, owner = job
    plan = print_job.plan(job_id, by=owner, on=on)
    with on.store.reading() as connection:
        console = [plan.label(serial, place).position for place, serial in print_job.numbered(connection, plan.job, 1, 6)]
    run_id = runs.start_run(job_id, "pdf", by=owner, on=on)
    with on.store.reading() as connection:
        part, _ = runs.part_of(find.run(connection, owner.party, job_id, run_id), 1, on=on)
    asked = Asked(GTIN, Carrier.QR_DL, "pdf", 6, "roll-70x40", per_roll=4)
    command = [label.position for label in asked.labels(Numbers(), 0, 6)]
    assert console == [label.position for label in part.labels] == command
    assert console[3:5] == ["R1 · 00004", "R2 · 00005"]
