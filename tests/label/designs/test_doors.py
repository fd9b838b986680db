from __future__ import annotations

import base64
import html
import io
import re
from typing import Any

import pytest
from PIL import Image

from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key, make_enterprise, signed_in
from tests.label.designs.test_keep import VALUES, png
from tests.label.stock import GTIN, LOT, make_stock

LIST = "/console/labels/designs"
FORM = {"name": "Cuộn có logo", "layout": "roll-70x40", "carrier": "qr-dl", "lines": "", "ean13": "where-it-fits", "show_brand": "yes"}


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def member(client: Any, on: Runtime, firm: Enterprise) -> Any:
    make_stock(on, firm)
    return signed_in(client, on, firm, Role.MEMBER)


@pytest.fixture
def key(on: Runtime, firm: Enterprise) -> dict[str, str]:
    make_stock(on, firm)
    return make_api_key(on, firm)


@pytest.fixture
def design(member: Any) -> str:
    """The path of a fresh design's page."""
    return str(member.post(LIST, data=FORM).headers["Location"]).partition("?")[0]


def _picture(page: str) -> str:
    """The label that a page shows, as SVG."""
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    return base64.b64decode(found[1]).decode() if found else ""


def test_without_a_design_the_page_leads_to_making_one(member: Any) -> None:
    page = member.get(LIST).text
    assert f'href="{LIST}/new"' in page
    assert 'class="empty"' in page


def test_the_form_shows_a_real_label_of_the_newest_batch(member: Any) -> None:
    page = member.get(f"{LIST}/new").text
    assert f"(01){GTIN}" in _picture(page)
    assert "X = 0" in page


def test_before_any_batch_the_label_says_that_it_is_made_up(client: Any, on: Runtime, firm: Enterprise) -> None:
    page = signed_in(client, on, firm).get(f"{LIST}/new?lang=fr").text
    assert "données d'exemple" in html.unescape(page)


def test_looking_keeps_nothing_and_draws_what_was_chosen(member: Any) -> None:
    answer = member.post(LIST, data=FORM | {"act": "preview", "layout": "roll-50x25"})
    assert answer.status_code == 200
    assert 'viewBox="0 0 50 25"' in _picture(answer.text)
    assert 'class="empty"' in member.get(LIST).text


def test_a_logo_that_was_looked_at_is_kept_when_the_design_is_saved(member: Any) -> None:
    looked = member.post(LIST, data=FORM | {"act": "preview", "logo": (io.BytesIO(png("blue")), "logo.png")})
    kept = html.unescape(re.search(r'name="logo_kept" value="([^"]+)"', looked.text)[1])  # type: ignore[index]  # the page has one
    answer = member.post(LIST, data=FORM | {"logo_kept": kept})
    page = member.get(answer.headers["Location"]).text
    assert 'name="logo_gone"' in page
    assert f"data:image/png;base64,{kept}" in html.unescape(page)


def test_a_logo_that_is_none_comes_back_beside_its_field(member: Any) -> None:
    answer = member.post(LIST, data=FORM | {"logo": (io.BytesIO(b"<svg/>"), "logo.svg")})
    assert answer.status_code == 400
    assert 'id="e-logo"' in answer.text
    assert 'value="Cuộn có logo"' in answer.text


@pytest.mark.parametrize("kept", ["%%%", base64.b64encode(b"no picture").decode()])
def test_a_kept_logo_that_was_tampered_with_is_judged_again(member: Any, kept: str) -> None:
    assert member.post(LIST, data=FORM | {"logo_kept": kept}).status_code == 400


def test_a_form_with_a_mistake_comes_back_with_what_was_typed(member: Any) -> None:
    answer = member.post(LIST, data=FORM | {"name": "", "lines": "Một\nHai"})
    assert answer.status_code == 400
    assert 'class="summary"' in answer.text
    assert "Một\nHai" in answer.text


def test_a_saved_design_can_be_changed_and_loses_its_logo_when_asked(member: Any, design: str) -> None:
    member.post(design, data=FORM | {"logo": (io.BytesIO(png()), "l.png")})
    assert 'name="logo_gone"' in member.get(design).text
    answer = member.post(design, data=FORM | {"name": "Tên khác", "logo_gone": "yes", "data_titles": "yes"})
    page = member.get(answer.headers["Location"]).text
    assert 'value="Tên khác"' in page
    assert 'name="logo_gone"' not in page
    assert re.search(r'name="data_titles" value="yes" checked', page)


def test_the_script_gets_the_label_and_what_is_wrong_with_it(member: Any, design: str) -> None:
    number = design.rsplit("/", 1)[1]
    shown = member.post(f"{LIST}/preview?design={number}", data=FORM | {"name": "", "sample": f"{GTIN}/{LOT}"})
    assert LOT in _picture(shown.text)
    assert "<html" not in shown.text
    wrong = member.post(f"{LIST}/preview", data=FORM | {"layout": "a5"})
    assert "notice--bad" in wrong.text


def test_a_label_that_does_not_fit_says_so_and_what_would(member: Any) -> None:
    page = member.post(LIST, data=FORM | {"act": "preview", "layout": "a4-5x13", "ean13": "always", "lines": "x"}).text
    assert "notice--bad" in page
    assert _picture(page) == ""


def test_a_design_is_copied_removed_and_taken_back(member: Any, design: str) -> None:
    copied = member.post(f"{design}/copy")
    assert "Cuộn có logo (2)" in member.get(copied.headers["Location"]).text
    removed = member.post(f"{design}/remove")
    page = member.get(removed.headers["Location"]).text
    assert f'action="{design}/restore"' in page
    assert f'href="{design}"' not in page
    member.post(f"{design}/restore")
    assert f'href="{design}"' in member.get(LIST).text


@pytest.mark.parametrize("path", ["1", "9223372036854775807", "9223372036854775808"])
def test_a_design_nobody_has_is_not_found(member: Any, path: str) -> None:
    assert member.get(f"{LIST}/{path}").status_code == 404


def test_a_program_keeps_a_design_with_its_logo(client: Any, key: dict[str, str]) -> None:
    made = client.post("/api/label-designs", json=VALUES, headers=key)
    where, body = made.headers["Location"], made.get_json()
    assert (made.status_code, body["name"], body["hasLogo"]) == (201, VALUES["name"], False)
    wrong = client.post("/api/label-designs", json={"name": "x", "layout": "a4-3x8", "carrier": "qr-dl", "showBrand": "yes"}, headers=key)
    told = wrong.get_json()
    assert (wrong.status_code, told["code"], [each["pointer"] for each in told["findings"]]) == (400, "designs.wrong", ["/showBrand"])
    put = client.put(f"{where}/logo", data=png(), headers=key | {"Content-Type": "image/png"})
    assert put.get_json()["hasLogo"] is True
    with Image.open(io.BytesIO(client.get(f"{where}/logo", headers=key).data)) as logo:
        assert logo.size == (60, 40)
    assert client.delete(f"{where}/logo", headers=key).status_code == 204
    assert client.get(f"{where}/logo", headers=key).get_json()["code"] == "designs.no-logo"


def test_a_program_changes_copies_removes_and_restores(client: Any, key: dict[str, str]) -> None:
    where = client.post("/api/label-designs", json=VALUES, headers=key).headers["Location"]
    changed = client.put(where, json=VALUES | {"layout": "a4-3x8", "lines": []}, headers=key).get_json()
    assert (changed["layout"], changed["lines"]) == ("a4-3x8", [])
    copy = client.post(f"{where}/copy", headers=key)
    assert (copy.status_code, copy.get_json()["layout"]) == (201, "a4-3x8")
    assert client.delete(where, headers=key).status_code == 204
    assert client.get(where, headers=key).status_code == 404
    listed = client.get("/api/label-designs", headers=key).get_json()["designs"]
    assert [each["design"] for each in listed] == [copy.get_json()["design"]]
    assert client.post(f"{where}/restore", headers=key).get_json()["name"] == VALUES["name"]


def test_a_program_sees_the_label_of_a_design(client: Any, key: dict[str, str]) -> None:
    where = client.post("/api/label-designs", json=VALUES, headers=key).headers["Location"]
    newest = client.get(f"{where}/preview.svg", headers=key)
    assert (newest.content_type, LOT in newest.text) == ("image/svg+xml", True)
    assert client.get(f"{where}/preview.svg?gtin={GTIN}&lot={LOT}", headers=key).data == newest.data
    assert client.get(f"{where}/preview.svg?gtin={GTIN}&lot=NO", headers=key).get_json()["code"] == "catalogue.no-such-lot"
    client.put(where, json=VALUES | {"layout": "a4-5x13", "ean13": "always"}, headers=key)
    assert client.get(f"{where}/preview.svg", headers=key).status_code == 400


def test_a_field_nobody_knows_is_refused(client: Any, key: dict[str, str]) -> None:
    answer = client.post("/api/label-designs", json=VALUES | {"colour": "red"}, headers=key)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "api.not-an-object")
