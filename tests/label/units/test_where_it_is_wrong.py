"""What is wrong with the contents of a unit, or with stamps in a list, is told with the field that it stands in."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refusal
from app.label.stamps import life
from app.label.stamps.refusals import UnknownStamps
from app.label.stamps.sscc import give_ssccs
from app.label.units.give import give
from app.runtime import Runtime
from tests.builders import make_enterprise
from tests.label.stock import GTIN, LOT, make_stock

WRONG = pytest.mark.parametrize(
    ("field", "value"),
    [("expiry", "261340"), ("expiry", "x"), ("gtin", "123"), ("lot", "Đ"), ("quantity", -1), ("quantity", 0)],
)


@WRONG
def test_a_unit_that_cannot_be_is_refused_with_its_field(on: Runtime, field: str, value: Any) -> None:
    enterprise = make_enterprise(on)
    make_stock(on, enterprise)
    held: dict[str, Any] = {"gtin": GTIN, "lot": LOT, "quantity": 4} | {field: value}
    with pytest.raises(Refusal) as told:
        give(1, **held, by=enterprise.actor(), on=on)
    assert (told.value.status, told.value.pointer) == (400, f"/{field}")


@pytest.mark.parametrize(("field", "value"), [("expiry", "261340"), ("gtin", "123"), ("lot", "Đ"), ("quantity", -1)])
def test_numbers_for_such_a_unit_are_refused_with_its_field(on: Runtime, field: str, value: Any) -> None:
    held: dict[str, Any] = {"gtin": GTIN} | {field: value}
    with pytest.raises(Refusal) as told:
        give_ssccs(1, **held, by=make_enterprise(on).actor(), on=on)
    assert told.value.pointer == f"/{field}"


def test_unknown_stamps_are_told_with_the_list_they_stand_in(on: Runtime) -> None:
    enterprise = make_enterprise(on)
    make_stock(on, enterprise)
    with pytest.raises(UnknownStamps) as listed:
        life.move_listed(GTIN, ["NEVERGIVEN"], "void", cause="lost", by=enterprise.actor(), on=on)
    with pytest.raises(UnknownStamps) as scanned:
        life.move_scanned([f"https://id.gs1.org/01/{GTIN}/21/NEVERGIVEN"], "void", cause="lost", by=enterprise.actor(), on=on)
    assert (listed.value.pointer, scanned.value.pointer) == ("/serials", "/codes")
