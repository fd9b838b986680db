"""Batches as people meet them in the console, and as programs read and change them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.capture.accept import accept
from app.catalogue import find, register
from app.label.stamps import issue, life
from app.party.permissions import Role
from app.recall import declare
from app.runtime import Runtime
from tests.builders import Enterprise, document, gtin, make_api_key, make_enterprise, object_event, raw, signed_in

LYCHEE = gtin("952100100001")
LONGAN = gtin("952100100002")
LOT = "TH/260612+1"
PAGE = f"/console/lots/{LYCHEE}/TH%2F260612%2B1"
EDIT = f"/console/lots/edit/{LYCHEE}/TH%2F260612%2B1"
JSON = f"/api/products/{LYCHEE}/lots/TH%2F260612%2B1"
TOLD = {"produced_on": "2026-06-12", "expires_on": "2026-06-19", "quantity": "1236,5", "uom": "KGM", "note": "Hái sáng sớm"}


@pytest.fixture
def firm(client: Any, on: Runtime) -> Enterprise:
    """An enterprise with two products and a batch, whose owner is signed in."""
    made = make_enterprise(on)
    register.register_product({"gtin": LYCHEE, "name": "Vải thiều Thanh Hà"}, by=made.actor(), on=on)
    register.register_product({"gtin": LONGAN, "name": "Nhãn lồng Hưng Yên"}, by=made.actor(), on=on)
    register.register_lot(LYCHEE, {"lot": LOT, **TOLD}, by=made.actor(), on=on)
    signed_in(client, on, made)
    return made


def _count(on: Runtime, party_id: int) -> dict[str, Any]:
    with on.store.reading() as connection:
        return find.lot(connection, party_id, LYCHEE, LOT)._asdict()


@pytest.mark.usefixtures("firm")
def test_the_page_of_a_lot_tells_its_facts_and_what_can_be_done(client: Any) -> None:
    page = client.get(PAGE + "?lang=en")
    assert page.status_code == 200
    facts = (
        "Vải thiều Thanh Hà",
        "12/06/2026",
        "19/06/2026",
        "1,236.5\u00a0kg",
        "Hái sáng sớm",
        "Expired",
        "Not recalled",
        "No labels yet",
    )
    assert [told for told in facts if told not in page.text] == []
    ways = ("labels?", "stamps?", "capture/by-hand?", "lots/new?", "recalls/new?", EDIT.removeprefix("/console/"))
    assert [path for path in ways if f'href="/console/{path}' not in page.text] == []


@pytest.mark.parametrize("lot", ["edit", "new", "A/edit", "/A", "A/", "A//B", "50%", "A+B&C=D", "_;:'\"<>"])
def test_a_lot_of_any_number_has_a_page_that_the_list_leads_to(client: Any, on: Runtime, firm: Enterprise, lot: str) -> None:
    register.register_lot(LYCHEE, {"lot": lot, "note": "đúng lô này"}, by=firm.actor(), on=on)
    paths = re.findall(r'href="(/console/lots/0[^"]+)"', client.get("/console/lots").text)
    pages = [client.get(path.replace("&amp;", "&")) for path in paths]
    assert [page.status_code for page in pages] == [200, 200]
    assert ["đúng lô này" in page.text for page in pages].count(True) == 1


@pytest.mark.usefixtures("firm")
def test_labels_are_counted_by_their_state(client: Any, on: Runtime, firm: Enterprise) -> None:
    made = issue.issue(LYCHEE, LOT, 12, by=firm.actor(), on=on)
    life.void_of_job(made.job_id, made.serials[:3], "In hỏng", by=firm.actor(), on=on)
    page = client.get(PAGE + "?lang=en").text
    assert 'aria-label="Labels and stamps of the batch: Printed 9, Void 3"' in page
    assert f'href="/console/labels/{made.job_id}"' in page
    assert client.get(JSON).json["stamps"] == {"blank": 0, "printed": 9, "assigned": 0, "activated": 0, "sold": 0, "void": 3}


@pytest.mark.usefixtures("firm")
def test_events_and_a_recall_stand_on_the_page(client: Any, on: Runtime, firm: Enterprise) -> None:
    link = f"https://id.gs1.org/01/{LYCHEE}/10/TH%2F260612+1"
    accept(raw(document(object_event(epcList=[], quantityList=[{"epcClass": link, "quantity": 12}]))), by=firm.actor(), on=on)
    declare.declare({"gtin": LYCHEE, "lot": LOT, "reason": "Dư lượng vượt mức cho phép"}, by=firm.actor(), on=on)
    page = client.get(PAGE + "?lang=en").text
    assert "Events that name this batch: 1" in page
    assert "Dư lượng vượt mức cho phép" in page
    assert "/console/recalls/new?" not in page


@pytest.mark.usefixtures("firm")
def test_a_lot_is_changed_and_keeps_its_product_and_number(client: Any, on: Runtime, firm: Enterprise) -> None:
    assert 'value="1236.5"' in client.get(EDIT).text
    sent = {"produced_on": "2026-06-13", "expires_on": "2026-06-20", "quantity": "7", "uom": "TNE", "note": ""}
    assert client.post(EDIT, data=sent | {"lot": "KHAC", "gtin": LONGAN}).headers["Location"] == PAGE + "?done=saved"
    row = _count(on, firm.party_id)
    kept = {name: row[name] for name in ("gtin", "lot", "produced_on", "expires_on", "quantity", "uom", "note")}
    assert kept == {**sent, "gtin": LYCHEE, "lot": LOT, "note": None}


@pytest.mark.usefixtures("firm")
def test_a_change_with_mistakes_comes_back_as_it_was_typed(client: Any) -> None:
    sent = {"produced_on": "2026-06-13", "expires_on": "2026-06-12", "quantity": "nhiều", "uom": "KGM", "place_uri": "urn:uuid:x"}
    answer = client.post(EDIT, data=sent)
    assert answer.status_code == 400
    assert set(re.findall(r'<a href="#f-([a-z_]+)">', answer.text)) == {"expires_on", "quantity", "place_uri"}
    assert 'value="nhiều"' in answer.text


def test_another_expiry_than_printed_labels_say_is_asked_for_again(client: Any, on: Runtime, firm: Enterprise) -> None:
    issue.issue(LYCHEE, LOT, 12, by=firm.actor(), on=on)
    sent = TOLD | {"expires_on": "2026-06-25"}
    asked = client.post(EDIT + "?lang=en", data=sent)
    assert asked.status_code == 409
    assert "12 labels in use say 19/06/2026." in asked.text
    assert "EXPIRY-MISMATCH" in asked.text
    assert _count(on, firm.party_id)["expires_on"] == "2026-06-19"
    assert client.post(EDIT, data=sent | {"note": "chỉ sửa ghi chú", "expires_on": "2026-06-19"}).status_code == 303
    assert client.post(EDIT, data=sent | {"sure": "yes"}).status_code == 303
    assert _count(on, firm.party_id)["expires_on"] == "2026-06-25"


def test_void_labels_and_a_first_expiry_need_no_second_question(client: Any, on: Runtime, firm: Enterprise) -> None:
    made = issue.issue(LYCHEE, LOT, 2, by=firm.actor(), on=on)
    life.void_of_job(made.job_id, None, "In hỏng cả cuộn", by=firm.actor(), on=on)
    assert client.post(EDIT, data=TOLD | {"expires_on": ""}).status_code == 303
    issue.issue(LYCHEE, LOT, 2, by=firm.actor(), on=on)
    assert client.post(EDIT, data=TOLD).status_code == 303


@pytest.mark.usefixtures("firm")
def test_a_lot_like_another_one_keeps_its_days_of_shelf_life(client: Any) -> None:
    form = client.get(f"/console/lots/new?gtin={LYCHEE}&like=TH%2F260612%2B1").text
    assert f'<option value="{LYCHEE}" selected>' in form
    for name, value in (("produced_on", "2026-06-20"), ("expires_on", "2026-06-27"), ("quantity", "1236.5"), ("lot", "")):
        assert re.search(rf'name="{name}"[^>]* value="{value}"', form), name
    assert "Hái sáng sớm" in form
    assert client.get(f"/console/lots/new?gtin={LYCHEE}&like=KHONG").status_code == 404


@pytest.mark.usefixtures("firm")
def test_lots_are_found_without_accents_and_by_product(client: Any, on: Runtime, firm: Enterprise) -> None:
    register.register_lot(LONGAN, {"lot": "NL1"}, by=firm.actor(), on=on)
    found = client.get("/console/lots?q=nhan+long").text
    assert "NL1" in found
    assert LOT not in found
    found = client.get(f"/console/lots?gtin={LYCHEE}").text
    assert LOT in found
    assert "NL1" not in found
    assert 'class="empty"' in client.get(f"/console/lots?gtin={LYCHEE}&q=NL1").text


@pytest.mark.usefixtures("firm")
def test_the_lot_of_somebody_else_is_not_found(client: Any, app: Any, on: Runtime) -> None:
    other = make_enterprise(on, "Khác", "9521002")
    stranger, key = signed_in(app.test_client(), on, other), make_api_key(on, other)
    assert [stranger.get(path).status_code for path in (PAGE, EDIT)] == [404, 404]
    assert stranger.post(EDIT, data=TOLD).status_code == 404
    assert stranger.get(f"/console/lots/new?gtin={LYCHEE}&like=TH%2F260612%2B1").status_code == 404
    assert client.get(JSON).status_code == 200
    answers = [app.test_client().open(JSON, method=method, headers=key, json={"note": "x"}) for method in ("GET", "PUT", "PATCH")]
    assert [(each.status_code, each.json["code"]) for each in answers] == [(404, "catalogue.no-such-lot")] * 3


def test_a_carrier_reads_a_lot_and_changes_nothing(app: Any, on: Runtime, firm: Enterprise) -> None:
    carrier = signed_in(app.test_client(), on, firm, Role.CARRIER)
    page = carrier.get(PAGE)
    assert page.status_code == 200
    assert "/console/lots/edit/" not in page.text
    assert "/console/labels" not in page.text
    assert (carrier.get(EDIT).status_code, carrier.post(EDIT, data=TOLD).status_code) == (403, 403)
    assert carrier.get(JSON).json["stamps"] is None


@pytest.mark.usefixtures("firm")
def test_a_program_reads_replaces_and_changes_a_lot(client: Any) -> None:
    told = client.get(JSON).json
    assert (told["lot"], told["product_name"], told["quantity"], told["expires_on"]) == (LOT, "Vải thiều Thanh Hà", "1236.5", "2026-06-19")
    changed = client.patch(JSON, json={"note": None, "quantity": 5}).json
    assert (changed["note"], changed["quantity"], changed["uom"], changed["produced_on"]) == (None, "5", "KGM", "2026-06-12")
    replaced = client.put(JSON, json={"produced_on": "2026-06-14"}).json
    assert (replaced["produced_on"], replaced["expires_on"], replaced["quantity"], replaced["uom"]) == ("2026-06-14", None, None, None)
    refused = client.patch(JSON, json={"lot": "KHAC"})
    assert (refused.status_code, refused.json["findings"][0]["pointer"]) == (400, "/lot")


def test_a_program_is_asked_again_about_the_expiry_of_printed_labels(client: Any, on: Runtime, firm: Enterprise) -> None:
    issue.issue(LYCHEE, LOT, 3, by=firm.actor(), on=on)
    refused = client.patch(JSON, json={"expires_on": "2026-07-01"})
    assert (refused.status_code, refused.json["code"]) == (409, "catalogue.expiry-printed")
    assert client.patch(JSON, json={"expires_on": "2026-07-01", "despite_labels": "yes"}).json["code"] == "catalogue.not-yes-or-no"
    assert client.patch(JSON, json={"expires_on": "2026-07-01", "despite_labels": True}).json["expires_on"] == "2026-07-01"


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize("value", [[], {}, 5, True, 1e400, "\ud7ff", "x" * 9000])
@pytest.mark.parametrize("name", ["produced_on", "expires_on", "place_uri", "quantity", "uom", "note"])
def test_no_value_of_a_lot_causes_a_fault(client: Any, name: str, value: Any) -> None:
    data = raw({name: value}).replace(b"Infinity", b"1e400")
    for method in ("PUT", "PATCH"):
        assert client.open(JSON, method=method, data=data, content_type="application/json").status_code < 500


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize("query", ["gtin=x", "gtin=" + "9" * 80, "q=%00", "q=" + "%F0%9F%98%80" * 90, "gtin=%C3%A9", "page=0", "q=%25_"])
def test_no_question_about_lots_causes_a_fault(client: Any, query: str) -> None:
    assert client.get(f"/console/lots?{query}").status_code < 500
    assert client.get(f"/console/lots/new?{query}").status_code < 500
