"""What is registered is judged once: the resolver and the verdict never differ, and the question is answered from an index."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, insert

from app.catalogue.model import Place
from app.party import find as parties
from app.resolve import find
from app.runtime import Runtime
from app.store.keys import new_id
from app.verify.verdict import Cause
from tests.builders import make_enterprise, object_event
from tests.verify.conftest import world as world  # noqa: PLC0414  # a fixture used by name
from tests.verify.world import GTIN, World

PLACE = "9521002001013"
OTHER = "9521002001020"
PALLET = "/00/195210020000000013"
UNKNOWN = {Cause.UNKNOWN_KEY, Cause.UNKNOWN_PRODUCT}


@pytest.mark.parametrize(
    ("target", "registered"),
    [
        (f"/01/{GTIN}", True),
        ("/01/09521003000015", False),
        (f"/414/{PLACE}", True),
        (f"/414/{PLACE}/254/DOCK-3", True),
        (f"/414/{OTHER}", False),
        (f"/415/{PLACE}/8020/BILL-1", True),
        (f"/415/{OTHER}/8020/BILL-1", False),
        (f"/417/{PLACE}", True),
        (f"/417/{OTHER}", False),
        (PALLET, True),
        ("/00/195210020000000020", False),
        ("/8004/9521002ASSET7", True),
        ("/8004/9521002ASSET8", False),
        ("/8004/9521009ASSET9", False),  # somebody else's number, which this enterprise recorded something about
    ],
)
def test_the_resolver_and_the_verdict_agree(world: World, client: Any, target: str, registered: bool) -> None:
    for link in (PALLET, "/8004/9521002ASSET7", "/8004/9521009ASSET9"):
        world.capture(object_event(epcList=[f"https://id.gs1.org{link}"]))
    answer = client.get(target)
    assert answer.status_code == (307 if registered else 404)
    assert (world.check(f"https://id.gs1.org{target}").cause not in UNKNOWN) is registered


def test_what_a_stranger_records_about_somebodys_pallet_registers_nothing(world: World, client: Any) -> None:
    world.capture(object_event(epcList=[f"https://id.gs1.org{PALLET}"]), by=make_enterprise(world.on, "Người lạ", "9521999"))
    assert client.get(PALLET).status_code == 404
    assert world.check(f"https://id.gs1.org{PALLET}").cause is Cause.UNKNOWN_KEY


def test_a_part_of_a_place_is_told_by_its_own_name_when_it_has_one(world: World) -> None:
    values = {"party_id": world.owner.party_id, "place_id": new_id(), "uri": f"https://id.gs1.org/414/{PLACE}/254/DOCK-3"}
    values |= {"name": "Cửa nhập hàng 3", "name_key": "cua nhap hang 3", "kind": "plant", "created_at": world.on.clock.now()}
    world.write(insert(Place).values(values))
    with world.on.store.reading() as connection:
        told = [find.registered(connection, (("414", PLACE), ("254", part))) for part in ("DOCK-3", "DOCK-4")]
    assert [each.name for each in told if each is not None] == ["Cửa nhập hàng 3", "Nhà đóng gói Thanh Hà"]


@pytest.mark.sqlite  # PostgreSQL chooses its plan by the size of the table
@pytest.mark.parametrize("path", [(("414", PLACE),), (("415", OTHER), ("8020", "B")), (("00", PALLET[4:]),), (("01", GTIN),)])
def test_no_question_about_a_key_reads_a_whole_table(on: Runtime, path: tuple[tuple[str, str], ...]) -> None:
    make_enterprise(on, "Sông Thái Bình", "9521002")
    assert _scans(on, lambda connection: find.registered(connection, path)) == []


@pytest.mark.sqlite  # PostgreSQL chooses its plan by the size of the table
def test_signing_keys_are_found_by_their_number_alone_without_reading_all(on: Runtime) -> None:
    assert _scans(on, lambda connection: parties.signing_keys(connection, ["k1", "k2"])) == []


def _scans(on: Runtime, ask: Any) -> list[str]:
    """The whole tables that a question reads, as SQLite plans it."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    with on.store.reading() as connection:
        event.listen(connection, "before_cursor_execute", note)
        ask(connection)
        event.remove(connection, "before_cursor_execute", note)
        steps = [row.detail for statement, values in asked for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert steps
    return [step for step in steps if step.startswith("SCAN")]
