"""A refusal under /epcis can be read as XML: EPCISException of the standard's schema, with everything the JSON one says."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api import problem_xml
from app.runtime import Runtime
from tests import SHARED
from tests.builders import document, make_api_key, make_enterprise, object_event

OURS = "{urn:truyxuat:epcis:}"
ROOT = "{urn:epcglobal:epcis:xsd:2}EPCISException"


def read(answer: Any) -> ET.Element:
    assert answer.mimetype == "application/problem+xml"
    return ET.fromstring(answer.get_data())  # noqa: S314  # an answer of our own


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("application/xml", "application/problem+xml"),
        ("application/problem+xml", "application/problem+xml"),
        ("text/xml, application/json;q=0.5", "application/problem+xml"),
        ("application/json", "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("image/png", "application/problem+json"),
    ],
)
def test_the_form_of_a_refusal_is_chosen_by_accept(client: Any, accept: str, mimetype: str) -> None:
    assert client.get("/epcis/nothing", headers={"Accept": accept}).mimetype == mimetype


def test_a_sender_of_xml_is_refused_in_xml(client: Any) -> None:
    answer = client.post("/epcis/capture", data=b"<a/>", headers={"Content-Type": "application/xml"})
    assert answer.status_code == 401
    assert read(answer).findtext("type") == "epcisException:SecurityException"


def test_outside_epcis_nothing_is_refused_in_xml(client: Any) -> None:
    assert client.get("/api/nothing", headers={"Accept": "application/xml"}).mimetype == "application/problem+json"


def test_findings_of_a_document_are_told_in_xml_too(on: Runtime, client: Any) -> None:
    headers = make_api_key(on, make_enterprise(on)) | {"Accept": "application/xml", "Accept-Language": "fr"}
    wrong = document(object_event(action="MOVE"), object_event(eventTimeZoneOffset="x"))
    root = read(client.post("/epcis/capture", json=wrong, headers=headers))
    assert root.tag == ROOT
    assert [child.tag for child in root][:4] == ["type", "title", "status", "detail"]
    assert (root.findtext("status"), root.findtext(OURS + "code")) == ("400", "capture.document-invalid")
    findings = root.findall(OURS + "finding")
    assert {each.get("event") for each in findings} == {"1", "2"}
    assert all(each.findtext(OURS + "message") and each.get("pointer") for each in findings)


@given(st.dictionaries(st.sampled_from(["type", "title", "detail", "code", "remedy", "pointer"]), st.text(), min_size=6))
def test_whatever_was_refused_can_be_told_in_xml(problem: dict[str, str]) -> None:
    root = ET.fromstring(problem_xml.write(problem | {"status": "400"}))  # noqa: S314  # written a moment ago
    told = root.findtext("detail") or ""
    carried = "".join(character if character.isprintable() else "?" for character in problem["detail"])
    assert len(told.replace("\r\n", "\n")) <= len(problem["detail"])
    if carried == problem["detail"]:
        assert told == problem["detail"]


@pytest.mark.skipif(SHARED is None, reason="the standard's schemas are not beside the repository")
def test_a_refusal_is_valid_by_the_schema_of_the_standard(on: Runtime, client: Any) -> None:
    from lxml import etree

    assert SHARED is not None
    schema = etree.XMLSchema(etree.parse(SHARED / "epcis-standard" / "xsd-2.0" / "EPCglobal-epcis-2_0.xsd"))
    headers = make_api_key(on, make_enterprise(on)) | {"Accept": "application/xml"}
    for answer in (
        client.get("/epcis/nothing", headers=headers),
        client.get("/epcis/events?EQ_nonsense=1", headers=headers),
        client.post("/epcis/capture", json=document(object_event(action="MOVE")), headers=headers),
    ):
        schema.assertValid(etree.fromstring(answer.get_data()))
