"""Headers of EPCIS are read as the standard writes them, and refused by name where they say something else."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api import negotiation
from app.api.negotiation import JSON, RELEASES, XML, HeaderInvalid, HeaderNotServed
from app.capture.spelling import EpcFormat

NEW, OLD = RELEASES


@pytest.mark.parametrize(
    ("headers", "xml", "expected"),
    [
        ({}, False, NEW),
        ({}, True, NEW),
        ({"GS1-EPCIS-Version": "2.0"}, False, NEW),
        ({"GS1-EPCIS-Version": "2"}, False, NEW),
        ({"GS1-EPCIS-Version": "2.0.1"}, False, NEW),
        ({"GS1-EPCIS-Min": "1.0.0", "GS1-EPCIS-Max": "2.0.0"}, False, NEW),
        ({"GS1-EPCIS-Min": "2.0.0", "GS1-CBV-Max": "9"}, False, NEW),
        ({"GS1-EPCIS-Version": "1.2"}, True, OLD),
        ({"GS1-EPCIS-Max": "1.2.0"}, True, OLD),
        ({"GS1-CBV-Max": "1.2.2"}, True, OLD),
    ],
)
def test_the_best_version_within_the_limits_is_spoken(headers: dict[str, str], xml: bool, expected: negotiation.Release) -> None:
    assert negotiation.release(headers, xml=xml) == expected


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"GS1-EPCIS-Version": "3.0.0"}, "GS1-EPCIS-Version"),
        ({"GS1-EPCIS-Version": "1.2"}, "GS1-EPCIS-Version"),
        ({"GS1-EPCIS-Min": "2.1"}, "GS1-EPCIS-Min"),
        ({"GS1-EPCIS-Max": "1.9"}, "GS1-EPCIS-Max"),
        ({"GS1-CBV-Version": "2.1"}, "GS1-CBV-Version"),
        ({"GS1-CBV-Min": "3"}, "GS1-CBV-Min"),
        ({"GS1-EPCIS-Version": "two"}, "GS1-EPCIS-Version"),
        ({"GS1-EPCIS-Version": ""}, "GS1-EPCIS-Version"),
        ({"GS1-CBV-Max": "2.0.0, 1.2.0"}, "GS1-CBV-Max"),
    ],
)
def test_a_version_that_is_not_served_is_refused_by_the_name_of_its_header(headers: dict[str, str], name: str) -> None:
    with pytest.raises(HeaderNotServed) as told:
        negotiation.release(headers, xml=False)
    assert told.value.params["name"] == name


def test_versions_that_belong_to_different_releases_have_nothing_in_common() -> None:
    with pytest.raises(HeaderNotServed):
        negotiation.release({"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "1.2.0"}, xml=True)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json, application/ld+json", "application/json"),
        ("application/ld+json", "application/ld+json"),
        ("application/ld+json, application/json", "application/ld+json"),
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("text/*", "text/xml"),
        ("application/xml;q=0.9, application/json;q=0.8", "application/xml"),
        ("application/json;q=0.1, */*;q=0.5", "application/ld+json"),
        ("application/json;q=0, application/*", "application/ld+json"),
        ("APPLICATION/XML; charset=utf-8", "application/xml"),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/xml"),
        ("text/html", None),
        ("application/json;q=0", None),
        ("nonsense", None),
    ],
)
def test_the_media_type_that_is_most_welcome_is_made(accept: str | None, expected: str | None) -> None:
    assert negotiation.media_type(accept, (*JSON, *XML)) == expected


def test_extensions_are_prefixes_with_namespaces() -> None:
    text = "example=http://org1.example/epcis/, other-ext=urn:vendor.example:epcis"
    assert negotiation.extensions(text) == {"example": "http://org1.example/epcis/", "other-ext": "urn:vendor.example:epcis"}
    assert negotiation.extensions(None) == {}


@pytest.mark.parametrize(
    "text", ["http://example.org/", "a=b", "a=", "=urn:x:y", "a=urn:x:y,a=urn:x:z", "1a=urn:x:y", "a=urn:x y", "a;b=urn:x:y"]
)
def test_extensions_in_another_form_are_refused(text: str) -> None:
    with pytest.raises(HeaderInvalid):
        negotiation.extensions(text)


PREFIXES = st.from_regex(r"\A[a-z][a-z0-9-]{0,8}\Z")
SPACES = st.from_regex(r"\A(https?://|urn:)[a-z0-9./:#=-]{1,30}\Z")


@given(st.dictionaries(PREFIXES, SPACES, max_size=8))
def test_extensions_that_are_written_are_read_back(namespaces: dict[str, str]) -> None:
    assert negotiation.extensions(negotiation.written_extensions(namespaces)) == namespaces


@given(st.text(max_size=60))
def test_no_header_is_anything_but_read_or_refused(text: str) -> None:
    assert negotiation.media_type(text, JSON) in {None, *JSON}
    assert isinstance(negotiation.preferences(text), dict)
    with contextlib.suppress(HeaderNotServed):
        assert negotiation.release({"GS1-EPCIS-Min": text}, xml=True) in RELEASES
    with contextlib.suppress(HeaderInvalid):
        assert all(":" in space for space in negotiation.extensions(text).values())


def test_a_word_of_a_header_may_be_written_in_any_capitals_but_must_exist() -> None:
    assert negotiation.choice({"GS1-EPC-Format": "always_epc_urn"}, "GS1-EPC-Format", EpcFormat) is EpcFormat.ALWAYS_EPC_URN
    assert negotiation.choice({}, "GS1-EPC-Format", EpcFormat) is None
    with pytest.raises(HeaderNotServed):
        negotiation.choice({"GS1-EPC-Format": "Sometimes"}, "GS1-EPC-Format", EpcFormat)


def test_preferences_are_read_with_and_without_values() -> None:
    assert negotiation.preferences('respond-async, handling="Lenient"; x=1, wait=10') == {
        "respond-async": "", "handling": "lenient", "wait": "10"
    }  # fmt: skip
    assert negotiation.preferences(None) == {}


def test_namespaces_without_end_are_no_header_without_end() -> None:
    namespaces = {"long": f"https://{'x' * 1_000_000}.example/", "ok": "https://ok.example/"}
    namespaces |= {f"ex{number}": f"https://{number}.example/" for number in range(1_000)}

    written = negotiation.written_extensions(namespaces)

    assert len(written) < 2_000
    assert negotiation.extensions(",".join(written.split(",")[:3])) == {name: namespaces[name] for name in ("ok", "ex0", "ex1")}
