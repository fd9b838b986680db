"""Places, products and batches as people meet them in the console."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image

from app.capture.accept import accept
from app.catalogue import find, register
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, document, gtin, make_enterprise, object_event, raw, signed_in

LYCHEE = gtin("952100100001")
CONSOLE = ("/console/places", "/console/products", "/console/lots")


@pytest.fixture
def firm(client: Any, on: Runtime) -> Enterprise:
    """An enterprise whose owner is signed in."""
    made = make_enterprise(on)
    signed_in(client, on, made)
    return made


@pytest.fixture
def lychee(on: Runtime, firm: Enterprise) -> str:
    """A product of that enterprise."""
    return register.register_product({"gtin": LYCHEE, "name": "Vải thiều Thanh Hà"}, by=firm.actor(), on=on)


def _fields_in_error(page: str) -> set[str]:
    return set(re.findall(r'<a href="#f-([a-z_]+)">', page))


def _photograph() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1000, 500), "green").save(out, "PNG")
    return out.getvalue()


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize("path", CONSOLE)
def test_an_empty_list_says_what_to_do_next(client: Any, path: str) -> None:
    page = client.get(path).text
    assert 'class="empty"' in page
    next_step = "/console/products/new" if path == "/console/lots" else f"{path}/new"
    assert f'<a class="button" href="{next_step}">' in page


def test_the_console_is_for_people_who_are_signed_in(client: Any) -> None:
    for path in (*CONSOLE, "/console/places/new", f"/console/products/{LYCHEE}", "/console/lots/new"):
        assert client.get(path).headers["Location"].startswith("/sign-in?next=%2Fconsole%2F")
    assert client.post("/console/places", data={"name": "Vườn", "kind": "orchard"}).status_code == 401


def test_a_carrier_reads_the_catalogue_and_adds_no_products(client: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on), Role.CARRIER)
    page = client.get("/console/products")
    assert page.status_code == 200
    assert "/console/products/new" not in page.text
    assert client.get("/console/products/new").status_code == 403
    assert client.post("/console/products", data={"gtin": LYCHEE, "name": "x"}).status_code == 403


@pytest.mark.usefixtures("firm")
def test_a_place_is_added_and_listed(client: Any) -> None:
    sent = {"name": "Vùng trồng vải Thanh Hà", "kind": "orchard", "gln": "9521001001014", "province": "31"}
    assert client.post("/console/places", data=sent).headers["Location"] == "/console/places?done=created"
    page = client.get("/console/places?done=created&lang=en").text
    assert "Vùng trồng vải Thanh Hà" in page
    assert "Hải Phòng" in page
    assert "The place is added." in page


@pytest.mark.usefixtures("firm")
def test_a_place_with_mistakes_comes_back_as_it_was_typed(client: Any) -> None:
    answer = client.post("/console/places", data={"name": "Vườn của bà", "kind": "", "gln": "9521001001015"})
    assert (answer.status_code, _fields_in_error(answer.text)) == (400, {"kind", "gln"})
    assert 'value="Vườn của bà"' in answer.text
    assert 'value="9521001001015"' in answer.text


@pytest.mark.usefixtures("firm")
def test_the_form_proposes_a_number_that_is_then_taken(client: Any) -> None:
    proposed = re.search(r'<option value="(\d{13})">', client.get("/console/products/new").text)
    assert proposed is not None
    sent = {"gtin": f"{proposed[1][:1]} {proposed[1][1:7]} {proposed[1][7:]}", "name": "Vải"}
    assert client.post("/console/products", data=sent).headers["Location"] == f"/console/products/0{proposed[1]}?done=created"


def test_a_household_without_prefix_is_proposed_an_internal_number(client: Any, on: Runtime) -> None:
    from sqlalchemy import delete

    from app.party.model import CompanyPrefix

    household = make_enterprise(on, "Hộ ông Bình", kind="household")
    on.store.write(lambda tx: tx.execute(delete(CompanyPrefix)) and None)
    signed_in(client, on, household)
    proposed = re.search(r'<option value="(2\d{12})">', client.get("/console/products/new").text)
    assert proposed is not None
    assert client.post("/console/products", data={"gtin": proposed[1], "name": "Nước mắm nhà"}).status_code == 303


@pytest.mark.usefixtures("firm")
def test_a_wrong_number_is_explained_beside_its_field(client: Any) -> None:
    answer = client.post("/console/products?lang=en", data={"gtin": "9521001000018", "name": ""})
    assert (answer.status_code, _fields_in_error(answer.text)) == (400, {"gtin", "name"})
    assert "check digit" in answer.text


@pytest.mark.usefixtures("firm")
def test_a_number_that_is_taken_is_a_contradiction(client: Any, lychee: str) -> None:
    answer = client.post("/console/products", data={"gtin": lychee, "name": "Vải"})
    assert (answer.status_code, _fields_in_error(answer.text)) == (409, {"gtin"})


def test_the_ten_items_grow_with_what_is_known(client: Any, on: Runtime, firm: Enterprise, lychee: str) -> None:
    def present() -> int:
        return client.get(f"/console/products/{lychee}").text.count('<li class="is-on">')

    assert present() == 3
    register.update_product(
        lychee, {"name": "Vải", "brand": "Hương Giang", "shelf_life": "3 ngày", "standards": "VietGAP"}, by=firm.actor(), on=on
    )
    assert present() == 6
    register.register_lot(lychee, {"lot": "TH260612A", "produced_on": "2026-06-12"}, by=firm.actor(), on=on)
    assert present() == 7
    client.post(f"/console/products/{lychee}/image", data={"image": (io.BytesIO(_photograph()), "vai.png")})
    assert present() == 8
    lot = f"https://id.gs1.org/01/{lychee}/10/TH260612A"
    event = object_event(
        epcList=[], quantityList=[{"epcClass": lot, "quantity": 12}], action="ADD", bizStep="commissioning", disposition="active"
    )
    accept(raw(document(event)), by=firm.actor(), on=on)
    assert present() == 9
    from app.party import register as parties

    parties.update_organisation({"name": "HTX", "province": "31", "commune": "xã Thanh Hà"}, by=firm.actor(), on=on)
    assert present() == 10


@pytest.mark.usefixtures("firm")
def test_a_photograph_is_shown_to_everybody(client: Any, app: Any, lychee: str) -> None:
    answer = client.post(f"/console/products/{lychee}/image", data={"image": (io.BytesIO(_photograph()), "vai.png")})
    assert answer.headers["Location"] == f"/console/products/{lychee}?done=image"
    assert f'src="/api/products/{lychee}/image"' in client.get(f"/console/products/{lychee}").text
    public = app.test_client().get(f"/api/products/{lychee}/image")
    assert (public.status_code, public.content_type) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(public.data)).size == (800, 400)


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize("content", [b"", b"not a picture"])
def test_a_file_that_is_no_photograph_is_explained_on_the_page(client: Any, lychee: str, content: bytes) -> None:
    answer = client.post(f"/console/products/{lychee}/image", data={"image": (io.BytesIO(content), "vai.jpg")})
    assert (answer.status_code, _fields_in_error(answer.text)) == (400, {"image"})


@pytest.mark.usefixtures("firm")
def test_a_product_is_changed_on_its_own_page(client: Any, lychee: str) -> None:
    assert 'value="Vải thiều Thanh Hà"' in client.get(f"/console/products/{lychee}/edit").text
    answer = client.post(f"/console/products/{lychee}", data={"name": "Vải mới", "status": "retired"})
    assert answer.headers["Location"] == f"/console/products/{lychee}?done=saved"
    assert "Vải mới" in client.get(f"/console/products/{lychee}").text
    assert _fields_in_error(client.post(f"/console/products/{lychee}", data={"name": ""}).text) == {"name"}


@pytest.mark.usefixtures("lychee")
def test_the_product_of_somebody_else_is_not_found(client: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on, "Khác", "9521002"))
    assert client.get(f"/console/products/{LYCHEE}").status_code == 404
    assert client.post(f"/console/products/{LYCHEE}", data={"name": "x", "status": "active"}).status_code == 404


@pytest.mark.usefixtures("firm")
def test_a_lot_is_added_listed_and_found(client: Any, lychee: str) -> None:
    form = client.get(f"/console/lots/new?gtin={lychee}").text
    assert f'<option value="{lychee}" selected>' in form
    assert 'value="2026-06-20"' in form
    sent = {"gtin": lychee, "lot": "TH/260612", "produced_on": "2026-06-12", "expires_on": "2026-06-19", "quantity": "1236,5", "uom": "KGM"}
    assert client.post("/console/lots", data=sent).headers["Location"] == f"/console/lots/{lychee}/TH%2F260612?done=created"
    page = client.get("/console/lots?q=th/26&lang=vi").text
    assert "TH/260612" in page
    assert "12/06/2026" in page
    assert "1.236,5\u00a0kg" in page
    assert f'href="/v/01/{lychee}/10/TH%2F260612"' in page
    assert "badge--bad" in page
    assert "TH/260612" not in client.get("/console/lots?q=khac").text


@pytest.mark.usefixtures("firm")
def test_a_lot_that_expires_today_is_not_expired_yet(client: Any, lychee: str) -> None:
    client.post("/console/lots", data={"gtin": lychee, "lot": "A", "expires_on": "2026-06-20"})
    assert "badge--bad" not in client.get("/console/lots").text


@pytest.mark.usefixtures("firm")
def test_a_lot_with_mistakes_comes_back(client: Any, lychee: str) -> None:
    answer = client.post("/console/lots", data={"gtin": lychee, "lot": "LÔ 1", "quantity": "x"})
    assert (answer.status_code, _fields_in_error(answer.text)) == (400, {"lot", "quantity"})
    answer = client.post("/console/lots", data={"gtin": "", "lot": "A"})
    assert (answer.status_code, _fields_in_error(answer.text)) == (404, {"gtin"})


def test_a_long_list_has_pages(client: Any, on: Runtime, firm: Enterprise, lychee: str) -> None:
    for number in range(find.PAGE + 1):
        register.register_lot(lychee, {"lot": f"L{number:03d}"}, by=firm.actor(), on=on)
    assert 'href="/console/lots?q=&amp;page=2"' in client.get("/console/lots").text
    last = client.get("/console/lots?page=2").text
    assert last.count("<tr>") == 2
    assert "page=3" not in last
    assert client.get("/console/lots?page=x").status_code == 400
