"""The JSON doors of places, products and batches."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from app.party.model import Party
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import gtin, make_api_key, make_enterprise

LYCHEE = gtin("952100100001")


@pytest.fixture
def owner(on: Runtime) -> dict[str, str]:
    """Headers of an enterprise's own program."""
    return make_api_key(on, make_enterprise(on))


@pytest.fixture
def lychee(client: Any, owner: dict[str, str]) -> str:
    """The path of a product of that enterprise."""
    made = client.post("/api/products", headers=owner, json={"gtin": LYCHEE[1:], "name": "Vải thiều Thanh Hà", "origin": "Thanh Hà"})
    assert made.status_code == 201
    return str(made.headers["Location"])


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, "JPEG")
    return out.getvalue()


def test_a_place_is_registered_and_listed(client: Any, owner: dict[str, str]) -> None:
    made = client.post("/api/places", headers=owner, json={"name": "Vườn", "kind": "orchard", "gln": "9521001001014"})
    assert (made.status_code, made.json["uri"]) == (201, "https://id.gs1.org/414/9521001001014")
    listed = client.get("/api/places?q=vuon", headers=owner).json
    assert [(row["place_id"], row["name"]) for row in listed["places"]] == [(made.json["place_id"], "Vườn")]
    assert (listed["page"], listed["more"]) == (1, False)


def test_a_product_is_read_with_its_ten_items(client: Any, owner: dict[str, str], lychee: str) -> None:
    told = client.get(lychee + "?lang=en", headers=owner).json
    assert (told["gtin"], told["name"], told["image"], told["status"]) == (LYCHEE, "Vải thiều Thanh Hà", None, "active")
    assert len(told["ten_items"]) == 10
    assert told["ten_items"][1] == {"item": "image", "present": False, "why": "Upload a photograph of the product."}
    assert {"party_id", "name_key"} & set(told) == set()


def test_a_product_is_replaced_as_a_whole(client: Any, owner: dict[str, str], lychee: str) -> None:
    told = client.put(lychee, headers=owner, json={"name": "Vải", "brand": "Hương Giang"}).json
    assert (told["name"], told["brand"], told["origin"], told["gtin"]) == ("Vải", "Hương Giang", None, LYCHEE)
    refused = client.put(lychee, headers=owner, json={"gtin": LYCHEE, "name": "Vải"})
    assert (refused.status_code, refused.json["findings"][0]["pointer"]) == (400, "/gtin")


def test_a_photograph_is_kept_and_answered_with_a_tag(client: Any, app: Any, owner: dict[str, str], lychee: str) -> None:
    kept = client.put(lychee + "/image", headers=owner, data=_jpeg(), content_type="image/jpeg")
    assert (kept.status_code, kept.json["image"]) == (200, lychee + "/image")
    stranger = app.test_client()
    first = stranger.get(lychee + "/image")
    assert (first.content_type, first.headers["Cache-Control"]) == ("image/jpeg", "public, max-age=300")
    again = stranger.get(lychee + "/image", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_photograph_of_who_publishes_nothing_is_for_themselves(
    client: Any, app: Any, on: Runtime, owner: dict[str, str], lychee: str
) -> None:
    client.put(lychee + "/image", headers=owner, data=_jpeg(), content_type="image/jpeg")
    on.store.write(lambda tx: tx.execute(update(Party).values(publishes=False)) and None)
    assert app.test_client().get(lychee + "/image").json["code"] == "catalogue.no-such-image"
    assert client.get(lychee + "/image", headers=owner).headers["Cache-Control"] == "private, max-age=300"


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"text", "image/jpeg", 400, "catalogue.not-a-photograph"),
        (b"{}", "application/json", 415, "api.media-type"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", 400, "catalogue.not-a-photograph"),
    ],
)
def test_what_is_no_photograph_is_refused(
    client: Any, owner: dict[str, str], lychee: str, content: bytes, media_type: str, status: int, code: str
) -> None:
    answer = client.put(lychee + "/image", headers=owner, data=content, content_type=media_type)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_lot_is_registered_and_listed(client: Any, owner: dict[str, str], lychee: str) -> None:
    made = client.post(
        lychee + "/lots", headers=owner, json={"lot": "TH260612A", "produced_on": "2026-06-12", "quantity": 1236, "uom": "KGM"}
    )
    assert (made.status_code, made.json) == (201, {"gtin": LYCHEE, "lot": "TH260612A"})
    rows = client.get(lychee + "/lots", headers=owner).json["lots"]
    assert [(row["lot"], row["quantity"], row["product_name"]) for row in rows] == [("TH260612A", "1236", "Vải thiều Thanh Hà")]
    items = {each["item"]: each["present"] for each in client.get(lychee + "?lot=TH260612A", headers=owner).json["ten_items"]}
    assert items["time"]
    assert client.get(lychee + "?lot=NO", headers=owner).json["code"] == "catalogue.no-such-lot"


@pytest.mark.parametrize("value", [7, True, None, ["x"], {"a": 1}, "\u0000", "x" * 9000, -1.5])
def test_no_value_causes_a_fault(client: Any, owner: dict[str, str], lychee: str, value: object) -> None:
    sent = {
        "/api/places": ("POST", {"name": "Vườn", "kind": "orchard"}, ("name", "kind", "gln", "province", "commune", "address")),
        "/api/products": ("POST", {"gtin": LYCHEE, "name": "x"}, ("gtin", "name", "brand", "standards")),
        lychee: ("PUT", {"name": "x"}, ("name", "status", "warnings")),
        lychee + "/lots": ("POST", {"lot": "A"}, ("lot", "produced_on", "expires_on", "place_uri", "quantity", "uom", "note")),
    }
    for path, (method, good, fields) in sent.items():
        for field in fields:
            answer = client.open(path, method=method, headers=owner, json=good | {field: value})
            assert answer.status_code < 500, (path, field)


def test_another_organisation_sees_nothing_of_it(client: Any, on: Runtime, lychee: str) -> None:
    other = make_api_key(on, make_enterprise(on, "Khác", "9521002"))
    assert client.get("/api/products", headers=other).json["products"] == []
    for method, path, sent in (
        ("GET", lychee, None),
        ("PUT", lychee, {"name": "x"}),
        ("GET", lychee + "/lots", None),
        ("POST", lychee + "/lots", {"lot": "A"}),
    ):
        answer = client.open(path, method=method, headers=other, json=sent)
        assert (answer.status_code, answer.json["code"]) == (404, "catalogue.no-such-product")


def test_a_carrier_registers_places_and_no_products(client: Any, on: Runtime) -> None:
    carrier = make_api_key(on, make_enterprise(on), Role.CARRIER)
    assert client.post("/api/places", headers=carrier, json={"name": "Kho", "kind": "depot"}).status_code == 201
    refused = client.post("/api/products", headers=carrier, json={"gtin": LYCHEE, "name": "x"})
    assert (refused.status_code, refused.json["code"]) == (403, "party.not-allowed")


def test_every_mistake_of_a_product_is_told_at_once(client: Any, owner: dict[str, str]) -> None:
    answer = client.post("/api/products?lang=vi", headers=owner, json={"gtin": "9521001000018", "brand": "x" * 121})
    assert answer.json["findingsTotal"] == 3
    assert {each["pointer"] for each in answer.json["findings"]} == {"/gtin", "/name", "/brand"}
    assert all(each["message"] and each["remedy"] for each in answer.json["findings"])
