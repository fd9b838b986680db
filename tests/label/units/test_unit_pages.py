"""Batches of SSCCs as people meet them in the console: given out, looked at, printed, found again, voided."""

from __future__ import annotations

import html
import re
from base64 import b64decode
from typing import Any

import pytest

from app.identify.sscc import check_sscc
from app.label.stamps import sscc
from app.label.units import find
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise, signed_in
from tests.label.units.units import ASKED, LOT, LYCHEE, RECEIVER, given, make_packer, numbers


@pytest.fixture
def firm(client: Any, on: Runtime) -> Enterprise:
    """A packer whose owner is signed in."""
    made = make_packer(on)
    signed_in(client, on, made)
    return made


@pytest.fixture
def page(client: Any, firm: Enterprise) -> str:
    """The page of a batch of three units."""
    del firm
    return given(client)


def test_given_units_hold_what_was_asked_and_the_expiry_of_the_lot(client: Any, on: Runtime, firm: Enterprise, page: str) -> None:
    with on.store.reading() as connection:
        (batch,) = find.batches(connection, firm.party_id)
        units = find.units(connection, firm.party_id, batch.batch_id, 1, 10)
    assert page == f"/console/ssccs/{batch.batch_id}"
    assert (batch.count, batch.gtin, batch.lot, batch.quantity, batch.expiry) == (3, LYCHEE, LOT, 48, "260719")
    assert batch.ship_to == RECEIVER
    assert [unit.place for unit in units] == [1, 2, 3]
    assert [check_sscc(unit.sscc) for unit in units] == sorted(unit.sscc for unit in units) == numbers(client, page)


def test_the_page_of_a_batch_shows_its_first_label_and_every_number(client: Any, page: str) -> None:
    text = client.get(f"{page}?done=given&lang=en").text
    assert "3 SSCCs were given out" in text
    assert all(number in text for number in numbers(client, page))
    picture = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', text)
    assert picture is not None
    assert numbers(client, page)[0] in picture[2]
    assert b64decode(picture[1]).startswith(b"<")
    assert "Siêu thị Sông Hồng<br>Kho số 4" in text


def test_the_page_leads_to_recording_what_is_packed_with_the_sscc_filled_in(client: Any, page: str) -> None:
    link = re.search(r'href="(/console/capture/by-hand\?[^"]+)"', client.get(page).text)
    assert link is not None
    form = client.get(html.unescape(link[1])).text
    assert re.search(rf'name="parent"[^>]* value="{numbers(client, page)[0]}"', form)
    assert re.search(r'name="quantity"[^>]* value="48"', form)
    assert '<option value="packing" selected>' in form


def test_a_unit_of_mixed_goods_needs_nothing_but_its_number(client: Any, firm: Enterprise) -> None:
    del firm
    page = given(client, goods="", quantity="", ship_to="")
    assert "Mixed goods: 3 units" in client.get(f"{page}?lang=en").text
    assert client.get(f"{page}/file?what=svg").status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"extension": "x"}, "extension"),
        ({"extension": "10"}, "extension"),
        ({"count": "0"}, "count"),
        ({"count": "10001"}, "count"),
        ({"prefix": "9521009"}, "prefix"),
        ({"goods": ""}, "goods"),
        ({"goods": f"{LYCHEE}/KHONGCO"}, "goods"),
        ({"goods": "09521009000011/"}, "goods"),
        ({"goods": "///"}, "goods"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "100000000"}, "quantity"),
        ({"quantity": "nhiều"}, "quantity"),
        ({"ship_to": "một\nhai\nba\nbốn\nnăm"}, "ship_to"),
        ({"ship_to": "W" * 81}, "ship_to"),
        ({"ship_to": "\n".join(["W" * 80] * 4)}, "ship_to"),
    ],
)
def test_a_wish_with_a_mistake_is_refused_beside_its_field_and_takes_no_number(
    client: Any, on: Runtime, firm: Enterprise, change: dict[str, str], field: str
) -> None:
    refused = client.post("/console/ssccs", data=ASKED | change)
    assert refused.status_code in {400, 404}
    assert f'href="#f-{field}"' in refused.text
    with on.store.reading() as connection:
        assert find.batches(connection, firm.party_id) == []
        assert sscc.left(connection, "9521001")[0] == sscc.capacity("9521001")


def test_a_lot_that_only_a_larger_paper_holds_is_refused_with_that_paper(client: Any, on: Runtime, firm: Enterprise) -> None:
    from app.catalogue import register

    register.register_lot(LYCHEE, {"lot": "A" * 20}, by=firm.actor(), on=on)
    page = given(client, goods=f"{LYCHEE}/{'A' * 20}")
    shown = client.get(f"{page}?lang=en").text
    assert "Logistic label A6 (no room)" in shown or re.search(r'value="logistic-a6">[^<]*\(no room\)', shown)
    assert re.search(r'value="logistic-a5" selected', shown)
    refused = client.get(f"{page}/file?what=pdf&layout=logistic-a6&lang=en")
    assert refused.status_code == 400
    assert "Choose a paper with room: logistic-a5" in refused.text
    assert client.get(f"{page}/file?what=pdf&layout=logistic-a5").mimetype == "application/pdf"


def test_a_destination_that_only_a_larger_paper_holds_is_refused_with_that_paper(client: Any, firm: Enterprise) -> None:
    del firm
    page = given(client, ship_to="W" * 80)
    refused = client.get(f"{page}/file?what=zpl&layout=logistic-a6&lang=en")
    assert refused.status_code == 400
    assert "The destination does not fit the label" in refused.text
    assert "a paper with room: logistic-a5" in refused.text


@pytest.mark.parametrize(
    ("query", "kind", "name"),
    [
        ("what=pdf&layout=roll-100x150&dx=0.5&dy=-1", "application/pdf", "pdf"),
        ("what=zpl&dpi=203", "text/plain", "zpl"),
        ("what=csv", "text/csv", "csv"),
        ("what=png&dpi=203", "image/png", "png"),
        ("what=svg", "image/svg+xml", "svg"),
    ],
)
def test_every_file_downloads_under_a_name_that_tells_its_kind(client: Any, page: str, query: str, kind: str, name: str) -> None:
    answer = client.get(f"{page}/file?{query}")
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert answer.headers["Content-Disposition"].endswith(f'.{name}"')


def test_the_browser_remembers_the_offset_of_a_paper(client: Any, page: str) -> None:
    client.get(f"{page}/file?what=pdf&layout=roll-100x150&dx=0.5&dy=-1")
    again = client.get(f"{page}?layout=roll-100x150").text
    assert re.search(r'name="dx"[^>]* value="0.50"', again)
    assert re.search(r'name="dx"[^>]* value="0"', client.get(f"{page}?layout=logistic-a6").text)


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("first=4", 400, "units 1 to 3"),
        ("first=2&last=9", 400, "units 1 to 3"),
        ("first=x", 400, "units 1 to 3"),
        ("dpi=72", 400, "203, 300, 600"),
        ("dx=99", 400, ""),
        ("dx=nan", 400, ""),
        ("layout=roll-50x25", 400, ""),
        ("layout=khong-co", 400, ""),
        ("sscc=095210010000009996", 404, ""),
        ("what=mp3&first=9", 400, ""),
    ],
)
def test_a_file_that_cannot_be_made_is_told_on_a_page(client: Any, page: str, query: str, status: int, told: str) -> None:
    answer = client.get(f"{page}/file?{query}&lang=en")
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert told in html.unescape(answer.text)


def test_more_units_than_a_file_holds_are_offered_in_parts(client: Any, firm: Enterprise) -> None:
    del firm
    page = given(client, count="1.001", goods="", quantity="", ship_to="")
    assert re.search(r'name="last"[^>]* value="1000"', client.get(page).text)
    refused = client.get(f"{page}/file?what=csv&first=1&last=1001&lang=en")
    assert refused.status_code == 413
    assert "1 to 1000" in refused.text
    rest = client.get(f"{page}/file?what=csv&first=1001&last=1001").text
    assert rest.count("\r\n") == 2
    assert f'"{numbers(client, page)[-1]}"' in rest
    assert client.get(f"{page}?from=1001").text.count("/console/capture/by-hand?") == 1


def test_a_void_unit_is_left_out_and_its_number_is_not_printed_again(client: Any, page: str) -> None:
    first, second, third = numbers(client, page)
    assert client.post(f"/console/ssccs/{first}/void", data={"reason": ""}).status_code == 400
    assert client.post(f"/console/ssccs/{first}/void", data={"reason": "Thùng vỡ"}).headers["Location"] == f"{page}?done=voided"
    assert "Thùng vỡ" in client.get(page).text
    table = client.get(f"{page}/file?what=csv").text
    assert (first in table, second in table, third in table) == (False, True, True)
    refused = client.get(f"{page}/file?what=pdf&sscc={first}&lang=en")
    assert refused.status_code == 409
    assert "Thùng vỡ" in refused.text
    assert client.post(f"/console/ssccs/{first}/void", data={"reason": "Lần nữa"}).status_code == 404
    for number in (second, third):
        client.post(f"/console/ssccs/{number}/void", data={"reason": "Thùng vỡ"})
    assert "no label left to print" in client.get(f"{page}?lang=en").text
    for what in ("pdf", "zpl", "csv", "svg", "png"):
        assert client.get(f"{page}/file?what={what}").status_code in {400, 404}


@pytest.mark.parametrize("spelling", ["{}", "(00){}", "]C100{}", "https://id.gs1.org/00/{}", " {} "])
def test_a_scanned_sscc_leads_to_its_batch(client: Any, page: str, spelling: str) -> None:
    number = numbers(client, page)[1]
    answer = client.get("/console/ssccs", query_string={"code": spelling.format(number)})
    assert answer.headers["Location"] == f"{page}?sscc={number}#units"
    shown = client.get(f"{page}?sscc={number}").text
    assert shown.count("/console/capture/by-hand?") == 1


@pytest.mark.usefixtures("page")
def test_an_sscc_that_was_not_given_out_is_told(client: Any) -> None:
    assert "has not given out the SSCC 095210010000009996" in client.get("/console/ssccs?code=095210010000009996&lang=en").text


def test_batches_are_listed_newest_first_and_belong_to_their_organisation(
    app: Any, client: Any, on: Runtime, firm: Enterprise, page: str
) -> None:
    later = given(client, count="1", goods=f"{LYCHEE}/", quantity="")
    listed = client.get("/console/ssccs").text
    assert listed.index(later) < listed.index(page)
    stranger = signed_in(app.test_client(), on, make_enterprise(on, "Khác", "9521002"))
    number = numbers(client, page)[0]
    assert page not in stranger.get("/console/ssccs").text
    assert stranger.get(page).status_code == 404
    assert [stranger.get(f"{page}/file?what={what}").status_code for what in ("pdf", "zpl", "csv", "svg", "png")] == [404] * 5
    assert stranger.get(f"/console/ssccs?code={number}").status_code == 200
    assert stranger.post(f"/console/ssccs/{number}/void", data={"reason": "x"}).status_code == 404
    member = signed_in(app.test_client(), on, firm, Role.MEMBER)
    assert member.post(f"/console/ssccs/{number}/void", data={"reason": "x"}).status_code == 403
    assert "/void" not in member.get(page).text


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize(
    "text", ["\0", "'", "9" * 30, "\U0001f600" * 50, "x" * 7000, "-1", "2026-13-01", "٣", "\u202e<b>", "/", "e\u0301" * 60]
)
@pytest.mark.parametrize("name", ["prefix", "extension", "count", "goods", "quantity", "ship_to"])
def test_no_form_about_units_causes_a_fault(client: Any, name: str, text: str) -> None:
    answer = client.post("/console/ssccs", data=ASKED | {name: text})
    assert answer.status_code < 500
    assert "<b>" not in answer.text


@pytest.mark.parametrize("text", ["", "%00", "'", "9" * 30, "%F0%9F%98%80", "-1", "1e3", "%D9%A3", "%3Cb%3E"])
@pytest.mark.parametrize("name", ["what", "layout", "dpi", "dx", "dy", "first", "last", "sscc", "from"])
def test_no_address_of_a_batch_causes_a_fault(client: Any, page: str, name: str, text: str) -> None:
    for path in (page, f"{page}/file"):
        answer = client.get(f"{path}?{name}={text}")
        assert answer.status_code < 500
        assert answer.mimetype != "text/html" or "<b>" not in answer.text


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize(
    "path", ["?before=x", "?before=" + "9" * 50, "?code=%00", "?code=" + "9" * 900, "?gtin=%C3%A9", "/1", "/" + "9" * 19]
)
def test_no_address_of_units_causes_a_fault(client: Any, path: str) -> None:
    assert client.get(f"/console/ssccs{path}").status_code < 500


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_no_page_of_units_shows_a_key_instead_of_words(client: Any, page: str, language: str) -> None:
    for path in ("/console/ssccs", page, f"{page}/file"):
        text = client.get(path, query_string={"lang": language, "first": "9"}).text
        assert re.findall(r"\b(?:units|stamps|label|jobs)\.(?!css)[a-z_]+\b", text) == []
