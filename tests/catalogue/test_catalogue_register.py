"""Registering places, products and lots, and reading them back."""

from __future__ import annotations

from typing import Any

import pytest

from app.catalogue import find, register
from app.errors import Finding
from app.party.permissions import ANONYMOUS, NotAllowed, Role, SignInNeeded
from app.runtime import Runtime
from tests.builders import gtin, make_enterprise

LYCHEE = gtin("952100100001")
PLACE = {"name": "Vùng trồng vải Thanh Hà", "kind": "orchard", "gln": "9521001001014", "province": "31"}


def _product(on: Runtime, firm: Any, number: str = LYCHEE, name: str = "Vải thiều Thanh Hà") -> str:
    return register.register_product({"gtin": number, "name": name}, by=firm.actor(), on=on)


def _findings(refusal: pytest.ExceptionInfo[register.RecordInvalid]) -> list[tuple[str, str]]:
    found: tuple[Finding, ...] = refusal.value.findings
    return [(finding.code, finding.pointer) for finding in found]


def test_a_place_with_a_gln_is_named_by_its_digital_link(on: Runtime) -> None:
    made = register.register_place(PLACE, by=make_enterprise(on).actor(), on=on)
    assert made.uri == "https://id.gs1.org/414/9521001001014"
    with on.store.reading() as connection:
        assert find.place_by_uri(connection, [made.uri, "urn:x"])[made.uri].name == PLACE["name"]


def test_a_place_without_gln_gets_a_uri_of_its_own(on: Runtime) -> None:
    household = make_enterprise(on, kind="household")
    made = [register.register_place({"name": "Ao", "kind": "pond"}, by=household.actor(), on=on) for _ in range(2)]
    assert all(place.uri.startswith("urn:uuid:") for place in made)
    assert made[0].uri != made[1].uri


def test_a_gln_is_registered_once(on: Runtime) -> None:
    firm = make_enterprise(on)
    register.register_place(PLACE, by=firm.actor(), on=on)
    with pytest.raises(register.NumberTaken) as refusal:
        register.register_place(PLACE | {"name": "Khác"}, by=firm.actor(), on=on)
    assert refusal.value.pointer == "/gln"


def test_the_gln_of_another_organisation_is_refused(on: Runtime) -> None:
    make_enterprise(on, "Khác", "9521002")
    with pytest.raises(register.RecordInvalid) as refusal:
        register.register_place(PLACE | {"gln": "9521002001013"}, by=make_enterprise(on).actor(), on=on)
    assert _findings(refusal) == [("catalogue.number-of-another", "/gln")]


@pytest.mark.parametrize("spelling", [LYCHEE, LYCHEE.lstrip("0")])
def test_a_product_is_found_by_its_fourteen_digits(on: Runtime, spelling: str) -> None:
    firm = make_enterprise(on)
    assert _product(on, firm, spelling) == LYCHEE
    with on.store.reading() as connection:
        row = find.product(connection, LYCHEE)
        assert row is not None
        assert (row.party_id, row.has_image) == (firm.party_id, False)
        assert find.own_product(connection, firm.party_id, LYCHEE.lstrip("0")).gtin == LYCHEE


def test_a_product_outside_the_prefix_is_refused(on: Runtime) -> None:
    with pytest.raises(register.RecordInvalid) as refusal:
        _product(on, make_enterprise(on), gtin("952100200001"))
    assert _findings(refusal) == [("catalogue.number-not-yours", "/gtin")]


def test_a_case_with_an_indicator_lies_under_the_same_prefix(on: Runtime) -> None:
    from app.identify import check_digit

    body = "1" + LYCHEE[1:13]
    assert _product(on, make_enterprise(on), body + check_digit.digit(body))


def test_a_gtin_8_is_taken_on_its_owners_word(on: Runtime) -> None:
    from app.identify import check_digit

    assert _product(on, make_enterprise(on), "2012345" + check_digit.digit("2012345")).startswith("000000")


def test_a_gtin_is_never_registered_twice(on: Runtime) -> None:
    firm = make_enterprise(on)
    _product(on, firm)
    with pytest.raises(register.NumberTaken):
        _product(on, firm)


def test_the_product_of_another_organisation_is_not_found(on: Runtime) -> None:
    firm, other = make_enterprise(on), make_enterprise(on, "Khác", "9521002")
    _product(on, firm)
    for change in (
        lambda: register.update_product(LYCHEE, {"name": "x"}, by=other.actor(), on=on),
        lambda: register.register_lot(LYCHEE, {"lot": "A"}, by=other.actor(), on=on),
        lambda: register.set_image(LYCHEE, b"", by=other.actor(), on=on),
    ):
        with pytest.raises(find.NoSuchProduct):
            change()


def test_a_change_replaces_the_data_and_keeps_the_number(on: Runtime) -> None:
    firm = make_enterprise(on)
    _product(on, firm)
    register.update_product(LYCHEE, {"name": "  Vải Đỏ ", "brand": "Hương Giang", "status": "retired"}, by=firm.actor(), on=on)
    with on.store.reading() as connection:
        row = find.own_product(connection, firm.party_id, LYCHEE)
    assert (row.name, row.name_key, row.brand, row.status) == ("Vải Đỏ", "vai do", "Hương Giang", "retired")


def test_a_state_that_does_not_exist_is_refused(on: Runtime) -> None:
    firm = make_enterprise(on)
    _product(on, firm)
    with pytest.raises(register.RecordInvalid) as refusal:
        register.update_product(LYCHEE, {"name": "x", "status": "gone"}, by=firm.actor(), on=on)
    assert _findings(refusal) == [("catalogue.product-state", "/status")]


def test_a_lot_is_registered_once_per_product(on: Runtime) -> None:
    firm = make_enterprise(on)
    _product(on, firm)
    values = {"lot": "TH260612A", "produced_on": "2026-06-12", "quantity": "12,5", "uom": "KGM"}
    register.register_lot(LYCHEE.lstrip("0"), values, by=firm.actor(), on=on)
    with on.store.reading() as connection:
        row = find.lot(connection, firm.party_id, LYCHEE, "TH260612A")
    assert (row.produced_on, row.quantity, row.uom, row.expires_on) == ("2026-06-12", "12.5", "KGM", None)
    with pytest.raises(register.NumberTaken):
        register.register_lot(LYCHEE, values, by=firm.actor(), on=on)


def test_a_lot_is_made_at_a_place_of_ones_own(on: Runtime) -> None:
    firm, other = make_enterprise(on), make_enterprise(on, "Khác", "9521002")
    _product(on, firm)
    foreign = register.register_place({"name": "Kho", "kind": "depot"}, by=other.actor(), on=on)
    with pytest.raises(register.RecordInvalid) as refusal:
        register.register_lot(LYCHEE, {"lot": "A", "place_uri": foreign.uri}, by=firm.actor(), on=on)
    assert _findings(refusal) == [("catalogue.place-unknown", "/place_uri")]


def test_a_lot_nobody_registered_is_not_found(on: Runtime) -> None:
    firm = make_enterprise(on)
    with on.store.reading() as connection, pytest.raises(find.NoSuchLot):
        find.lot(connection, firm.party_id, LYCHEE, "A")


def test_search_needs_no_accents_and_no_capitals(on: Runtime) -> None:
    firm, other = make_enterprise(on), make_enterprise(on, "Khác", "9521002")
    _product(on, firm, name="Chè Shan tuyết Đỏ 100%")
    _product(on, other, gtin("952100200001"), "Chè của người khác")
    register.register_lot(LYCHEE, {"lot": "CS-2026"}, by=firm.actor(), on=on)
    register.register_place(PLACE, by=firm.actor(), on=on)
    with on.store.reading() as connection:
        for text in ("che shan", "ĐỎ", "100%", LYCHEE[1:9], LYCHEE[:9], " "):
            assert [row.gtin for row in find.products(connection, firm.party_id, text)] == [LYCHEE], text
        for text in ("_", "khong co", "900000"):
            assert find.products(connection, firm.party_id, text) == [], text
        assert [row.lot for row in find.lots(connection, firm.party_id, search="cs-20")] == ["CS-2026"]
        assert [row.product_name for row in find.lots(connection, firm.party_id, search="tuyet")] == ["Chè Shan tuyết Đỏ 100%"]
        assert [row.gln for row in find.places(connection, firm.party_id, "thanh ha")] == ["9521001001014"]
        assert [row.gln for row in find.places(connection, firm.party_id, "95210010")] == ["9521001001014"]


def test_lists_come_page_by_page(on: Runtime) -> None:
    firm = make_enterprise(on)
    for number in range(1, 6):
        _product(on, firm, gtin(f"95210010{number:04d}"), f"Sản phẩm {number}")
    with on.store.reading() as connection:
        pages = [[row.name for row in find.products(connection, firm.party_id, page=page, count=2)] for page in (1, 2, 3, 4)]
        assert find.counts(connection, firm.party_id) == {"places": 0, "products": 5, "lots": 0}
    assert pages == [["Sản phẩm 1", "Sản phẩm 2"], ["Sản phẩm 3", "Sản phẩm 4"], ["Sản phẩm 5"], []]


def test_registering_needs_the_permission(on: Runtime) -> None:
    firm = make_enterprise(on)
    with pytest.raises(NotAllowed):
        register.register_product({"gtin": LYCHEE, "name": "Vải"}, by=firm.actor(Role.CARRIER), on=on)
    with pytest.raises(SignInNeeded):
        register.register_place(PLACE, by=ANONYMOUS, on=on)
    assert register.register_place(PLACE, by=firm.actor(Role.CARRIER), on=on).place_id
