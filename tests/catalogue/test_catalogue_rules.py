"""Whose numbers may be used, what lots and places look like, and the ten data items."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import rules
from app.identify import check_digit
from app.identify.gtin import gtin14

MINE, OTHER = 1, 2
LOT = {"lot": "TH260612A", "produced_on": "2026-06-12", "expires_on": "2026-06-15", "quantity": "1236", "uom": "KGM"}


def _codes(found: list[Any]) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in found]


def _use(digits: str, prefixes: list[str], holder: int | None) -> str | None:
    finding = rules.number_finding("/gtin", digits, digits, prefixes, holder, MINE)
    return finding.code if finding else None


def test_a_number_under_ones_own_prefix_may_be_used() -> None:
    assert _use("9521001000017", ["9521001"], MINE) is None


def test_a_number_under_the_prefix_of_another_is_refused() -> None:
    assert _use("9521002000016", ["9521001"], OTHER) == "catalogue.number-of-another"
    assert _use("9521002000016", [], OTHER) == "catalogue.number-of-another"


def test_who_has_a_prefix_uses_no_number_outside_it() -> None:
    assert _use("9521003000015", ["9521001"], None) == "catalogue.number-not-yours"
    assert _use("2000000000008", ["9521001"], None) == "catalogue.number-not-yours"


@pytest.mark.parametrize("digits", ["2000000000008", "0200000000002", "0400000000000", "9521003000015"])
def test_a_household_without_prefix_uses_internal_and_demonstration_numbers(digits: str) -> None:
    assert _use(digits, [], None) is None


def test_a_household_without_prefix_uses_nobodys_number_in_the_world() -> None:
    assert _use("4006381333931", [], None) == "catalogue.number-needs-prefix"


@given(st.text("0123456789", min_size=4, max_size=11).filter(lambda text: text[0] != "0"), st.sets(st.integers(1, 40)))
def test_the_next_free_gtin_is_a_gtin_nobody_has(prefix: str, taken: set[int]) -> None:
    width = 12 - len(prefix)
    used = [body + check_digit.digit(body) for body in (f"0{prefix}{number:0{width}d}" for number in taken if number < 10**width)]
    free = rules.next_gtin(prefix, used)
    if free is None:
        assert len(used) == 10**width - 1
    else:
        assert gtin14(free) == free
        assert free[1:].startswith(prefix)
        assert free not in used


def test_a_prefix_that_is_a_whole_number_leaves_nothing_to_propose() -> None:
    assert rules.next_gtin("952100100001", []) is None


@pytest.mark.parametrize("gtin", ["95210019", "9521001000017", "09521001000017"])
def test_a_product_needs_a_gtin_and_a_name(gtin: str) -> None:
    if gtin == "95210019":
        gtin = "9521001" + check_digit.digit("9521001")
    assert rules.check_product({"gtin": gtin, "name": "Vải"}) == []


@pytest.mark.parametrize(
    ("gtin", "code"),
    [
        ("9521001000018", "identify.wrong-check-digit"),
        ("95210010000", "identify.wrong-length"),
        ("952100100001x", "identify.not-digits"),
        ("", "party.field-missing"),
        (7, "party.field-missing"),
    ],
)
def test_a_wrong_gtin_is_told_with_its_reason(gtin: object, code: str) -> None:
    assert _codes(rules.check_product({"gtin": gtin, "name": "Vải"})) == [(code, "/gtin")]


def test_a_complete_lot_has_no_findings() -> None:
    assert rules.check_lot(LOT) == []


def test_a_lot_number_has_one_to_twenty_characters() -> None:
    assert rules.check_lot({"lot": "A"}) == []
    assert rules.check_lot({"lot": "A" * 20}) == []
    assert _codes(rules.check_lot({"lot": "A" * 21})) == [("catalogue.lot-too-long", "/lot")]
    assert _codes(rules.check_lot({"lot": ""})) == [("party.field-missing", "/lot")]


@pytest.mark.parametrize(("lot", "found", "place"), [("A B", " ", 2), ("LÔ1", "Ô", 2), ("12#", "#", 3)])
def test_a_character_gs1_cannot_carry_is_shown_with_its_place(lot: str, found: str, place: int) -> None:
    finding = rules.check_lot({"lot": lot})[0]
    assert (finding.code, finding.params) == ("catalogue.lot-character", {"found": found, "place": place})


@given(st.text("!\"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz", min_size=1, max_size=20).filter(lambda lot: lot not in {".", ".."}))
def test_every_character_of_set_82_may_stand_in_a_lot_number(lot: str) -> None:
    assert rules.check_lot({"lot": lot}) == []


def test_a_lot_does_not_expire_before_it_is_made() -> None:
    assert rules.check_lot(LOT | {"expires_on": "2026-06-12"}) == []
    assert _codes(rules.check_lot(LOT | {"expires_on": "2026-06-11"})) == [("catalogue.expires-before-made", "/expires_on")]


@pytest.mark.parametrize("text", ["12/06/2026", "2026-6-12", "2026-02-30", "20260612", "2026-W24-5", 20260612, ["2026-06-12"]])
def test_a_day_is_written_year_month_day(text: object) -> None:
    assert _codes(rules.check_lot({"lot": "A", "produced_on": text})) == [("catalogue.not-a-day", "/produced_on")]


@pytest.mark.parametrize("quantity", ["1", "12,5", "12.5", 12.5, 1100, "0,001"])
def test_a_quantity_may_have_a_decimal_comma(quantity: object) -> None:
    assert rules.check_lot({"lot": "A", "quantity": quantity, "uom": "KGM"}) == []


@pytest.mark.parametrize("quantity", ["0", "0,000", "-1", "1e5", "1.000.000", "viele", True, [1]])
def test_what_is_no_amount_is_no_quantity(quantity: object) -> None:
    assert _codes(rules.check_lot({"lot": "A", "quantity": quantity, "uom": "KGM"})) == [("catalogue.quantity", "/quantity")]


@pytest.mark.parametrize("uom", [None, "", "kg", "KILO", 7])
def test_a_quantity_needs_a_unit(uom: object) -> None:
    assert _codes(rules.check_lot({"lot": "A", "quantity": "1", "uom": uom})) == [("catalogue.unit", "/uom")]


def test_a_place_needs_a_name_and_a_kind() -> None:
    assert rules.check_place({"name": "Vườn", "kind": "orchard"}) == []
    assert _codes(rules.check_place({"name": "", "kind": "castle"})) == [
        ("party.field-missing", "/name"),
        ("catalogue.place-kind", "/kind"),
    ]


def test_a_wrong_gln_and_a_wrong_province_are_told_together() -> None:
    found = rules.check_place({"name": "Vườn", "kind": "orchard", "gln": "9521001001015", "province": ["31"]})
    assert _codes(found) == [("identify.wrong-check-digit", "/gln"), ("party.province", "/province")]


PRODUCT = {
    "gtin": "09521001000017",
    "name": "Vải",
    "has_image": True,
    "brand": "Hương Giang",
    "shelf_life": "3 ngày",
    "standards": "VietGAP",
}
PARTY = {"name": "HTX", "commune": "xã Thanh Hà", "province": "31"}
STAGE = rules.Stage("https://id.gs1.org/01/09521001000017/10/A", "https://id.gs1.org/414/9521001001014", "2026-06-12T05:30:00+07:00")


def _present(product: Any = PRODUCT, lot: Any = LOT, party: Any = PARTY, stages: Any = (STAGE,)) -> set[str]:
    return {key for key, present, _ in rules.ten_items(product, lot, party, stages) if present}


def test_a_complete_product_has_all_ten_items_in_their_order() -> None:
    found = rules.ten_items(PRODUCT, LOT, PARTY, [STAGE])
    assert [key for key, _, _ in found] == list(rules.ITEMS)
    assert all(present and why == f"catalogue.has_{key}" for key, present, why in found)


@pytest.mark.parametrize(
    ("lacking", "without"),
    [
        ({"product": PRODUCT | {"name": ""}}, "name"),
        ({"product": PRODUCT | {"has_image": False}}, "image"),
        ({"party": PARTY | {"name": ""}}, "producer"),
        ({"party": {"name": "HTX", "province": "31"}}, "address"),
        ({"stages": ()}, "stages"),
        ({"stages": (STAGE, STAGE._replace(place=None))}, "stages"),
        ({"stages": (STAGE._replace(time=None),)}, "stages"),
        ({"lot": {"expires_on": "2026-06-15"}}, "time"),
        ({"product": PRODUCT | {"brand": None}}, "brand"),
        ({"product": PRODUCT | {"shelf_life": None}, "lot": {"produced_on": "2026-06-12"}}, "shelf_life"),
        ({"product": PRODUCT | {"standards": ""}}, "standards"),
    ],
)
def test_each_item_is_missed_when_its_data_are(lacking: dict[str, Any], without: str) -> None:
    assert set(rules.ITEMS) - _present(**lacking) == {without}


def test_a_product_without_a_lot_lacks_time_and_stages_only() -> None:
    assert set(rules.ITEMS) - _present(lot=None, stages=()) == {"time", "stages"}
