"""Master data over HTTP: any spelling in the path, versions, export and its way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalogue import register
from app.catalogue.master import documents
from app.party import register as party
from app.party.permissions import Permission, Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key, make_enterprise
from tests.catalogue.master.said import GTIN, HOUSE, HOUSE_URN, LOCATION, NAME, PRODUCT, at, element, header, say

LIST = "/api/master-data"


@pytest.fixture
def ours(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def key(on: Runtime, ours: Enterprise) -> dict[str, str]:
    return make_api_key(on, ours)


def _path(vocabulary: str, uri: str) -> str:
    return f"{LIST}/{quote(vocabulary, safe='')}/{quote(uri, safe='')}"


@pytest.mark.parametrize(
    "path",
    [
        _path("BusinessLocation", HOUSE),
        _path(LOCATION, HOUSE_URN),
        _path("https://ns.gs1.org/epcis/BusinessLocation", "https://vuon.example.vn/414/9521001000000"),
        f"{LIST}/bizLocation/{HOUSE}",
        f"{LIST}/bizLocation/{HOUSE_URN}",
    ],
)
def test_an_element_has_one_address_in_every_spelling(client: Any, key: dict[str, str], path: str) -> None:
    body = {"attributes": {"name": "Nhà đóng gói", "cbvmda:sst": "201"}, "children": ["urn:epc:id:sgln:9521001.00000.K1"]}
    first = client.put(path, json=body, headers=key)
    assert (first.status_code, first.json["changed"]) == (200, True)
    assert client.put(_path("BusinessLocation", HOUSE), json=body, headers=key).json["changed"] is False
    told = client.get(path, headers=key).json
    assert (told["vocabulary"], told["element"], told["name"], told["kind"]) == (LOCATION, HOUSE, "Nhà đóng gói", "places")
    assert {each["id"]: each["attribute"] for each in told["attributes"]} == {NAME: "Nhà đóng gói", "cbvmda:sst": "201"}
    assert len(told["versions"]) == 1


def test_an_identifier_keeps_its_slashes_and_marks(client: Any, key: dict[str, str]) -> None:
    uri = "https://vuon.example.vn/khu%2FA/v%E1%BA%A3i?x=1#y"
    told = client.put(_path("https://example.vn/vtype/Vuon", uri), json={}, headers=key).json
    assert (told["vocabulary"], told["element"], told["id"]) == ("https://example.vn/vtype/Vuon", uri, uri)


def test_versions_are_told_with_their_changes_and_by_day(client: Any, key: dict[str, str], on: Runtime, ours: Enterprise) -> None:
    say(on, ours.party_id, at(1), header(LOCATION, element(HOUSE_URN, "Cũ")), document_id=41)
    path = _path("BusinessLocation", HOUSE)
    client.put(path, json={"attributes": {"name": "Mới"}, "validFrom": "2026-06-10"}, headers=key)
    told = client.get(path, headers=key).json
    assert [(each["name"], each["capture"], each["changes"]) for each in told["versions"]] == [
        ("Mới", None, [{"name": "name", "before": "Cũ", "after": "Mới"}]),
        ("Cũ", "41", [{"name": "name", "before": "", "after": "Cũ"}]),
    ]
    assert [client.get(f"{path}?at={day}", headers=key).json["name"] for day in ("2026-06-09", "2026-06-10")] == ["Cũ", "Mới"]
    early = client.get(f"{path}?at=2026-05-01", headers=key)
    assert (early.status_code, early.json["code"]) == (404, "catalogue.no-such-element")


def test_a_version_of_the_future_is_told_by_the_answer_and_counts_later(client: Any, key: dict[str, str]) -> None:
    path = _path("BusinessLocation", HOUSE)
    client.put(path, json={"attributes": {"name": "Nay"}}, headers=key)
    assert client.put(path, json={"attributes": {"name": "Mai"}, "validFrom": "2026-07-01"}, headers=key).json["name"] == "Mai"
    assert client.get(path, headers=key).json["name"] == "Nay"


def test_delete_says_that_it_is_no_longer_and_keeps_what_was(client: Any, key: dict[str, str]) -> None:
    path = _path("BusinessLocation", HOUSE)
    client.put(path, json={"attributes": {"name": "Kho"}, "validFrom": "2026-06-01"}, headers=key)
    gone = client.delete(f"{path}?validFrom=2026-06-10", headers=key)
    assert (gone.status_code, gone.json["removed"], gone.json["changed"]) == (200, True, True)
    assert client.get(LIST, headers=key).json["elements"] == []
    assert [each["name"] for each in client.get(f"{LIST}?at=2026-06-09", headers=key).json["elements"]] == ["Kho"]


def test_the_list_is_narrowed(client: Any, key: dict[str, str], on: Runtime, ours: Enterprise) -> None:
    say(on, ours.party_id, at(1), header(LOCATION, element(HOUSE, "Nhà đóng gói"), element("urn:uuid:1", "Vườn Đồi")))
    say(on, ours.party_id, at(1), header(PRODUCT, element(GTIN, descriptionShort="Vải thiều")))
    for query, names in (
        ("", ["Nhà đóng gói", "Vườn Đồi", "Vải thiều"]), ("?kind=places", ["Nhà đóng gói", "Vườn Đồi"]), ("?search=vuon", ["Vườn Đồi"]),
        ("?vocabulary=EPCClass", ["Vải thiều"]), (f"?id={quote(HOUSE_URN)}", ["Nhà đóng gói"]), ("?page=2", []),
    ):  # fmt: skip
        assert [each["name"] for each in client.get(LIST + query, headers=key).json["elements"]] == names, query


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", f"{LIST}?at=ngay-mai", None, "catalogue.master-not-a-time"),
        ("PUT", _path("BusinessLocation", HOUSE), {"validFrom": 7}, "catalogue.master-not-a-time"),
        ("PUT", _path("BusinessLocation", HOUSE), {"name": "x"}, "api.not-an-object"),
        ("PUT", _path("BusinessLocation", HOUSE), {"attributes": [1]}, "catalogue.master-invalid"),
        ("PUT", _path("Vườn", HOUSE), {}, "catalogue.master-invalid"),
        ("PUT", f"{LIST}/BusinessLocation/", {}, None),
        ("DELETE", _path("BusinessLocation", HOUSE), None, "catalogue.no-such-element"),
        ("GET", _path("BusinessLocation", "\0"), None, "api.bad-request"),
    ],
)
def test_what_is_wrong_is_refused_with_a_code(
    client: Any, key: dict[str, str], method: str, path: str, body: dict[str, Any] | None, code: str | None
) -> None:
    answer = client.open(path, method=method, json=body, headers=key)
    assert 400 <= answer.status_code < 500
    assert code is None or answer.json["code"] == code


def test_a_carrier_may_describe_places_and_no_products(client: Any, on: Runtime, ours: Enterprise) -> None:
    carrier = make_api_key(on, ours, Role.CARRIER)
    assert client.put(_path("ReadPoint", HOUSE), json={}, headers=carrier).status_code == 200
    assert client.put(_path("EPCClass", GTIN), json={}, headers=carrier).status_code == 403


def test_a_key_for_products_alone_may_describe_products_and_no_places(client: Any, on: Runtime, ours: Enterprise) -> None:
    verbs, now = (Permission.CATALOGUE_PRODUCT_WRITE, Permission.CATALOGUE_RECORD_READ), on.clock.now()
    key = on.store.write(lambda tx: party.add_api_key(tx, ours.party_id, "test", Role.OWNER, verbs, None, now, None))
    headers = {"Authorization": f"Bearer {key}"}

    assert client.put(_path("EPCClass", PRODUCT), json={"attributes": {"a": "b"}}, headers=headers).status_code == 200
    assert client.put(_path("BusinessLocation", HOUSE), json={"attributes": {"a": "b"}}, headers=headers).status_code == 403
    assert client.delete(_path("EPCClass", PRODUCT), headers=headers).status_code == 200


def test_each_organisation_speaks_of_an_element_for_itself(client: Any, key: dict[str, str], on: Runtime) -> None:
    theirs = make_api_key(on, make_enterprise(on, "HTX Người Khác", "9521009"))
    path = _path("BusinessLocation", HOUSE)
    client.put(path, json={"attributes": {"name": "Kho bí mật"}}, headers=key)
    assert client.get(path, headers=theirs).status_code == 404
    assert client.delete(path, headers=theirs).status_code == 404
    assert client.put(path, json={"attributes": {"name": "Của họ"}}, headers=theirs).json["name"] == "Của họ"
    assert client.get(path, headers=key).json["name"] == "Kho bí mật"


_BODY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["id", "attribute", "a", "@value", "{}"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(attributes=_BODY, children=_BODY, begins=_BODY)
def test_no_body_is_a_fault(client: Any, key: dict[str, str], attributes: Any, children: Any, begins: Any) -> None:
    body = {"attributes": attributes, "children": children, "validFrom": begins}
    path = _path("BusinessLocation", HOUSE)
    assert client.put(path, json=body, headers=key).status_code < 500
    assert client.get(path, headers=key).status_code in {200, 404}


def test_the_export_joins_the_catalogue_with_what_was_said(client: Any, key: dict[str, str], on: Runtime, ours: Enterprise) -> None:
    register.register_product({"gtin": "9521001000017", "name": "Vải thiều", "net_content": "5 kg"}, by=ours.actor(), on=on)
    register.register_place({"name": "Kho lạnh", "kind": "warehouse", "gln": "9521001000000", "province": "31"}, by=ours.actor(), on=on)
    said = header(LOCATION, element(HOUSE_URN, "Tên khác", children=("urn:epc:id:sgln:9521001.00000.K1",), sst="201"))
    said["epcisMasterData"]["vocabularyList"][0]["vocabularyElementList"][0]["attributes"].append(
        {"id": "https://example.vn/mda/x", "attribute": {"example:a": "1"}}
    )
    say(on, ours.party_id, at(1), said)
    told = client.get("/api/master-data.json", headers=key).json
    assert told["epcisBody"] == {"eventList": []}
    listed = {each["type"]: each["vocabularyElementList"] for each in told["epcisHeader"]["epcisMasterData"]["vocabularyList"]}
    (place,) = listed[LOCATION]
    values = {each["id"]: each["attribute"] for each in place["attributes"]}
    assert values[NAME] == "Kho lạnh"
    assert values["urn:epcglobal:cbv:mda:sst"] == "201"
    assert values["https://example.vn/mda/x"] == {"example:a": "1"}
    assert place["children"] == ["urn:epc:id:sgln:9521001.00000.K1"]
    (product,) = listed[PRODUCT]
    assert {"id": "urn:epcglobal:cbv:mda:netContentDescription", "attribute": "5 kg"} in product["attributes"]
    assert documents.findings(told["epcisHeader"]) == []


@pytest.mark.parametrize("version", ["2.0", "1.2"])
def test_the_export_is_xml_too(client: Any, key: dict[str, str], on: Runtime, ours: Enterprise, version: str) -> None:
    say(on, ours.party_id, at(1), header(LOCATION, element(HOUSE_URN, "Kho <lạnh>", children=("urn:epc:id:sgln:9521001.00000.K1",))))
    answer = client.get(f"/api/master-data.xml?version={version}", headers=key)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert f'schemaVersion="{version}"' in answer.text
    assert f'<VocabularyElement id="{HOUSE_URN}">' in answer.text
    assert "Kho &lt;lạnh&gt;" in answer.text


def test_what_one_organisation_exports_another_may_take(client: Any, key: dict[str, str], on: Runtime, ours: Enterprise) -> None:
    say(on, ours.party_id, at(1), header(LOCATION, element(HOUSE_URN, "Nhà đóng gói", city="Thanh Hà")))
    exported = client.get("/api/master-data.json", headers=key).json["epcisHeader"]
    theirs = make_enterprise(on, "HTX Bên Mua", "9521009")
    assert say(on, theirs.party_id, at(2), exported) == 1
    again = client.get("/api/master-data.json", headers=make_api_key(on, theirs)).json["epcisHeader"]
    assert again == exported
