"""Pages of master data, and how they are joined with places, products and events."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

from app.capture import history
from app.capture.accept import accept
from app.catalogue import find, register
from app.catalogue.master import rules
from app.identify.item_key import item_key
from app.journey import walk
from app.journey.history import history as journey
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, document, make_enterprise, object_event, raw, signed_in
from tests.catalogue.master.said import GTIN, HOUSE, HOUSE_URN, LOCATION, PRODUCT, at, element, header, say

LIST = "/console/master-data"
PAGE = f"{LIST}/element?id={quote(HOUSE, safe='')}"
ITEM = "https://id.gs1.org/01/09521001000017/21/A1"


@pytest.fixture
def firm(client: Any, on: Runtime) -> Enterprise:
    """An enterprise whose owner is signed in."""
    made = make_enterprise(on)
    signed_in(client, on, made)
    return made


def _text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.usefixtures("firm")
def test_the_empty_list_says_what_to_do_next(client: Any) -> None:
    page = client.get(LIST).text
    assert 'class="empty"' in page
    assert f'href="{LIST}/new"' in page
    assert 'href="/console/capture"' in page


def test_the_list_has_tabs_search_and_names(client: Any, on: Runtime, firm: Enterprise) -> None:
    say(on, firm.party_id, at(1), header(LOCATION, element(HOUSE_URN, "Nhà đóng gói Sông Hương"), element("urn:uuid:1")))
    say(on, firm.party_id, at(1), header(PRODUCT, element(GTIN, descriptionShort="Vải thiều <script>")))
    whole = client.get(LIST).text
    assert "Vải thiều &lt;script&gt;" in whole
    assert "(no name)" in whole
    assert "Nhà đóng gói" not in client.get(f"{LIST}?kind=products").text
    found = client.get(f"{LIST}?q=song+huong").text
    assert "Nhà đóng gói Sông Hương" in found
    assert "Vải thiều" not in found
    assert 'class="empty"' in client.get(f"{LIST}?q=xyz").text


def test_an_element_shows_today_a_day_before_and_its_history(client: Any, on: Runtime, firm: Enterprise) -> None:
    say(on, firm.party_id, at(1), header(LOCATION, element(HOUSE_URN, "Kho cũ", city="Thanh Hà")))
    say(on, firm.party_id, at(10), header(LOCATION, element(HOUSE, "Kho mới", children=("urn:epc:id:sgln:9521001.00000.K1",))))
    today, before, early = (_text(client.get(PAGE + day).text) for day in ("", "&on=2026-06-05", "&on=2026-05-01"))
    assert "Name Kho mới" in today
    assert "City or commune: Thanh Hà ( left out )" in today.replace("(left out)", "( left out )")
    assert "Name: Kho cũ → Kho mới" in today
    assert "Name Kho cũ" in before
    assert "the first data are of 01/06/2026" in early
    assert "cannot be read" in _text(client.get(f"{PAGE}&on=x").text)


def test_a_version_is_added_by_form_and_keeps_what_the_form_does_not_show(client: Any, on: Runtime, firm: Enterprise) -> None:
    said = header(LOCATION, element(HOUSE_URN, "Kho cũ", sst=201, address={"example:Street": "12 Trần Phú"}))
    say(on, firm.party_id, at(1), said)
    form = client.get(f"{LIST}/new?id={quote(HOUSE_URN)}&vocabulary=BusinessLocation").text
    more = unescape(re.findall(r'<textarea id="f-more"[^>]*>(.*?)</textarea>', form, re.DOTALL)[0])
    sent = {"known": "yes", "kind": "places", "id": HOUSE_URN, "vocabulary": "BusinessLocation", "name": "Kho mới", "more": more}
    answer = client.post(LIST, data=sent)
    assert (answer.status_code, "done=saved" in answer.location) == (303, True)
    assert "done=same" in client.post(LIST, data=sent).location
    page = _text(client.get(PAGE).text)
    assert "Name: Kho cũ → Kho mới" in page
    assert "201 →" not in page
    assert page.count("Street: 12 Trần Phú") == 2


@pytest.mark.parametrize(
    ("kind", "vocabulary", "typed", "element_"),
    [
        ("places", "BusinessLocation", "9521001000000", HOUSE),
        ("places", "ReadPoint", "urn:epc:id:sgln:9521001.00000.0", HOUSE),
        ("products", "EPCClass", "9521001000017", GTIN),
        ("parties", "Party", "952 1001 000000", "https://id.gs1.org/417/9521001000000"),
        ("other", "https://example.vn/giong", "urn:uuid:7", "urn:uuid:7"),
    ],
)
@pytest.mark.usefixtures("firm")
def test_a_new_element_may_be_typed_as_people_know_it(client: Any, kind: str, vocabulary: str, typed: str, element_: str) -> None:
    sent = {"kind": kind, "id": typed, "vocabulary": vocabulary, rules.FIELDS[kind][0]: "Tên mới", "more": "sst = 201"}
    answer = client.post(LIST, data=sent)
    assert answer.status_code == 303, answer.text
    assert f"id={quote(element_, safe='')}" in answer.location
    assert "Tên mới" in client.get(answer.location).text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "9521001000001"}, "id"), ({"id": "không phải"}, "id"), ({"vocabulary": ""}, "vocabulary"), ({"more": "x"}, "more"),
        ({"children": "x"}, "children"), ({"valid_from": "mai"}, "valid_from"), ({"name": "a\x07b"}, "more"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("firm")
def test_what_is_wrong_stands_beside_its_field(client: Any, change: dict[str, str], field: str) -> None:
    sent = {"kind": "places", "id": "9521001000000", "vocabulary": "BusinessLocation", "name": "Kho"} | change
    answer = client.post(LIST, data=sent)
    assert answer.status_code == 400
    assert f'<a href="#f-{field}">' in answer.text


def test_an_element_is_removed_with_one_button_and_stays_readable(client: Any, on: Runtime, firm: Enterprise) -> None:
    say(on, firm.party_id, at(1), header(LOCATION, element(HOUSE, "Kho")))
    answer = client.post(f"{LIST}/remove", data={"id": HOUSE, "vocabulary": LOCATION})
    assert answer.status_code == 303
    assert "No longer used since 20/06/2026" in _text(client.get(answer.location).text)
    assert "Kho" not in _text(client.get(LIST).text)


def test_a_carrier_has_no_button_to_change_a_product(client: Any, on: Runtime, firm: Enterprise) -> None:
    say(on, firm.party_id, at(1), header(PRODUCT, element(GTIN, descriptionShort="Vải thiều")))
    signed_in(client, on, firm, Role.CARRIER)
    page = client.get(f"{LIST}/element?id={quote(GTIN)}").text
    assert "Vải thiều" in page
    assert f"{LIST}/new" not in page


def test_a_place_of_documents_is_taken_over_into_the_catalogue(client: Any, on: Runtime, firm: Enterprise) -> None:
    said = element(HOUSE_URN, "Nhà đóng gói", streetAddressOne="Số 12 đường 390", city="Thanh Hà", state="Thành phố Hải Phòng")
    say(on, firm.party_id, at(1), header(LOCATION, said))
    link = re.findall(r'href="(/console/places/new\?[^"]+)"', client.get(PAGE).text)[0]
    form = client.get(unescape(link)).text
    for value in ("Nhà đóng gói", "9521001000000", "Số 12 đường 390", "Thanh Hà"):
        assert f'value="{value}"' in form
    assert re.search(r'value="31" selected', form)
    sent = {"name": "Nhà đóng gói", "kind": "packhouse", "gln": "9521001000000", "province": "31"}
    assert client.post("/console/places", data=sent).status_code == 303
    page = client.get(PAGE).text
    assert "/console/places/new" not in page
    assert "Registered" in page


def test_a_product_of_documents_is_taken_over_into_the_catalogue(client: Any, on: Runtime, firm: Enterprise) -> None:
    said = element("urn:epc:idpat:sgtin:9521001.000001.*", descriptionShort="Vải thiều", netContentDescription="5 kg")
    say(on, firm.party_id, at(1), header(PRODUCT, said))
    link = re.findall(r'href="(/console/products/new\?[^"]+)"', client.get(f"{LIST}/element?id={quote(GTIN)}").text)[0]
    form = client.get(unescape(link)).text
    for value in ("Vải thiều", "09521001000017", "5 kg"):
        assert f'value="{value}"' in form


def test_the_product_page_shows_what_documents_said(client: Any, on: Runtime, firm: Enterprise) -> None:
    register.register_product({"gtin": "9521001000017", "name": "Vải thiều"}, by=firm.actor(), on=on)
    assert "Vải tươi loại 1" not in client.get("/console/products/09521001000017").text
    say(on, firm.party_id, at(1), header(PRODUCT, element(GTIN, tradeItemDescription="Vải tươi loại 1")))
    page = client.get("/console/products/09521001000017").text
    assert "Vải tươi loại 1" in page
    assert f"{LIST}/element?id={quote(GTIN, safe='')}" in page


def test_the_list_of_places_leads_to_a_page_that_knows_the_place(client: Any, on: Runtime, firm: Enterprise) -> None:
    register.register_place({"name": "Vườn ươm", "kind": "garden"}, by=firm.actor(), on=on)
    link = re.findall(rf'href="({LIST}/element[^"]+)"', client.get("/console/places").text)[0]
    page = client.get(unescape(link)).text
    assert "Vườn ươm" in page
    assert "No document has said anything" in page


@pytest.mark.usefixtures("firm")
def test_an_element_nobody_spoke_of_is_not_found(client: Any) -> None:
    assert client.get(f"{LIST}/element").location == LIST
    for path in (PAGE, f"{LIST}/element?id=%ED%A0%80", f"{LIST}/element?id={'x' * 3000}"):
        assert client.get(path).status_code == 404


def test_events_call_a_place_as_it_was_called_on_their_day(on: Runtime, firm: Enterprise) -> None:
    say(on, firm.party_id, at(1), header(LOCATION, element(HOUSE, "Kho cũ", city="Thanh Hà", state="Hải Phòng")))
    say(on, firm.party_id, at(15), header(LOCATION, element(HOUSE, "Kho mới")))
    for number, day in enumerate(("2026-06-12", "2026-06-16")):
        event = object_event(epcList=[ITEM], eventTime=f"{day}T08:00:0{number}.000+07:00", readPoint={"id": HOUSE})
        accept(raw(document(event)), by=firm.actor(), on=on)
    listed, _ = history.recent(by=firm.actor(), on=on)
    assert [each.place for each in listed] == ["Kho mới", "Kho cũ"]
    with on.store.reading() as connection:
        steps = journey(connection, [(item_key(ITEM), walk.ITEM)], owner=firm.party_id).steps
    told = [(step.place.name, step.place.commune, step.place.province) for step in steps if step.place]
    assert told == [("Kho cũ", "Thanh Hà", "31"), ("Kho mới", None, None)]


def test_a_registered_name_wins_over_what_documents_said(on: Runtime, firm: Enterprise) -> None:
    say(on, firm.party_id, at(1), header(LOCATION, element(HOUSE, "Theo tài liệu")))
    say(on, firm.party_id, at(1), header(PRODUCT, element(GTIN, descriptionShort="Vải theo tài liệu")))
    register.register_place({"name": "Đã đăng ký", "kind": "depot", "gln": "9521001000000"}, by=firm.actor(), on=on)
    accept(raw(document(object_event(epcList=[ITEM], readPoint={"id": HOUSE}))), by=firm.actor(), on=on)
    (listed,), _ = history.recent(by=firm.actor(), on=on)
    assert listed.place == "Đã đăng ký"
    assert listed.goods[0].product == "Vải theo tài liệu"


def test_what_an_organisation_says_names_no_event_of_another(on: Runtime, firm: Enterprise) -> None:
    other = make_enterprise(on, "HTX Người Khác", "9521009")
    say(on, other.party_id, at(1), header(LOCATION, element(HOUSE, "Tên bịa đặt")))
    accept(raw(document(object_event(epcList=[ITEM], readPoint={"id": HOUSE}))), by=firm.actor(), on=on)
    with on.store.reading() as connection:
        steps = journey(connection, [(item_key(ITEM), walk.ITEM)], owner=firm.party_id).steps
        assert find.place_by_uri(connection, [HOUSE]) == {}
    assert [step.place.name for step in steps if step.place] == ["GLN 9521001000000"]
