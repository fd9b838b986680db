"""One identity of vocabularies, attributes and elements in every spelling; what may be kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.master import rules
from app.identify import check_digit

LOCATION = "urn:epcglobal:epcis:vtype:BusinessLocation"


@pytest.mark.parametrize(
    "spelling",
    [
        LOCATION,
        "URN:EPCGLOBAL:epcis:vtype:BusinessLocation",
        "BusinessLocation",
        "bizLocation",
        "BusinessLocationID",
        "epcis:BusinessLocation",
        "https://ns.gs1.org/epcis/BusinessLocation",
        "https://ref.gs1.org/epcis/BusinessLocation",
        "https://ref.gs1.org/standards/epcis/BusinessLocation",
    ],
)
def test_a_vocabulary_is_one_in_every_spelling(spelling: str) -> None:
    assert rules.vocabulary(spelling) == LOCATION


@pytest.mark.parametrize(
    "own", ["https://example.vn/vtype/Vuon", "urn:epcglobal:epcis:vtype:Vuon", "urn:example:vtype:BusinessLocation", ""]
)
def test_a_vocabulary_of_somebody_else_stays_as_it_is(own: str) -> None:
    assert rules.vocabulary(own) == own


@pytest.mark.parametrize(
    "spelling",
    ["urn:epcglobal:cbv:mda:name", "cbvmda:name", "gs1:name", "https://gs1.org/voc/name", "https://ref.gs1.org/cbv/mda/name", "name"],
)
def test_an_attribute_of_gs1_is_one_in_every_spelling(spelling: str) -> None:
    assert rules.attribute_name(spelling) == "name"


def test_an_attribute_of_somebody_else_stays_as_it_is() -> None:
    assert rules.attribute_name("https://example.vn/mda/name") == "https://example.vn/mda/name"


@given(
    st.from_regex(r"952[0-9]{4}", fullmatch=True),
    st.integers(0, 99_999),
    st.sampled_from(["https://vuon.example.vn", "https://id.gs1.org"]),
)
def test_a_place_has_one_key_as_urn_and_as_link_of_any_brand(prefix: str, reference: int, stem: str) -> None:
    body = f"{prefix}{reference:05d}"
    gln = body + check_digit.digit(body)
    assert rules.element_key(f"urn:epc:id:sgln:{prefix}.{reference:05d}.0") == rules.element_key(f"{stem}/414/{gln}")
    assert rules.element_key(f"{stem}/414/{gln}") == f"https://id.gs1.org/414/{gln}"


@given(st.text(max_size=60))
def test_no_text_breaks_the_keys(text: str) -> None:
    assert rules.vocabulary(rules.vocabulary(text)) == rules.vocabulary(text)
    assert rules.kind(rules.vocabulary(text), rules.element_key(text)) in (*rules.KINDS, rules.OTHER)


@pytest.mark.parametrize(
    ("vocabulary", "element", "kind"),
    [
        ("EPCClass", "https://id.gs1.org/01/09521001000017", "products"),
        ("ReadPoint", "urn:uuid:1", "places"),
        ("Location", "https://id.gs1.org/417/9521001000000", "places"),
        ("Party", "https://id.gs1.org/417/9521001000000", "parties"),
        ("SourceDest", "https://id.gs1.org/417/9521001000000", "parties"),
        ("SourceDest", "https://id.gs1.org/414/9521001000000", "places"),
        ("https://example.vn/Giong", "https://id.gs1.org/01/09521001000017", "products"),
        ("BusinessTransaction", "urn:epcglobal:cbv:bt:9521001000000:1", "other"),
    ],
)
def test_the_vocabulary_says_what_an_element_is_and_else_its_key(vocabulary: str, element: str, kind: str) -> None:
    assert rules.kind(rules.vocabulary(vocabulary), element) == kind


_VALUES = st.recursive(
    st.one_of(st.integers(-9, 9), st.text(max_size=5), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
_ATTRIBUTES = st.dictionaries(st.sampled_from(["name", "city", "state", "sst", "note"]), _VALUES, max_size=5)


@given(_ATTRIBUTES, st.permutations(["urn:epcglobal:cbv:mda:", "cbvmda:", "gs1:"]), st.randoms(use_true_random=False))
def test_another_spelling_and_order_says_the_same(said: dict[str, Any], starts: list[str], random: Any) -> None:
    one = [rules.Attribute(f"{starts[0]}{name}", value) for name, value in said.items()]
    other = [rules.Attribute(f"{starts[1]}{name}", value) for name, value in said.items()]
    random.shuffle(other)
    assert rules.checksum(one, []) == rules.checksum(other, [])
    assert rules.checksum(one, []) != rules.checksum(one, [], removed=True)
    assert rules.differences(one, one) == []


def test_differences_tell_what_came_what_changed_and_what_went() -> None:
    before = [rules.Attribute("cbvmda:name", "Kho A"), rules.Attribute("cbvmda:city", "Lai Châu")]
    after = [rules.Attribute("urn:epcglobal:cbv:mda:name", "Kho B"), rules.Attribute("gs1:sst", 201)]
    assert rules.differences(before, after) == [("name", "Kho A", "Kho B"), ("sst", "", "201"), ("city", "Lai Châu", "")]


def test_a_nested_value_is_shown_as_a_line() -> None:
    value = {"example:Street": "12 Trần Phú", "example:City": {"@value": "Lai Châu"}, "list": [1, True, None]}
    assert rules.shown(value) == "Street: 12 Trần Phú; City: Lai Châu; list: 1, true, "


def _nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("attributes", "children", "code", "pointer"),
    [
        ("x", [], "catalogue.master-attributes", "/attributes"),
        ([{"attribute": "x"}], [], "catalogue.master-attributes", "/attributes/0"),
        ([{"id": "cbvmda:name", "attribute": "x\x07"}], [], "catalogue.master-character", "/attributes/0/attribute"),
        ([{"id": "cbvmda:name", "attribute": {"a/b": ["\ud800"]}}], [], "catalogue.master-character", "/attributes/0/attribute/a~1b/0"),
        ([{"id": "cbvmda:a", "attribute": {"a\x07": 1}}], [], "catalogue.master-character", "/attributes/0/attribute"),
        ([{"id": "a:" + "x" * 2048}], [], "catalogue.master-not-uri", "/attributes/0/id"),
        ([{"id": "cbvmda:a"}] * 501, [], "catalogue.master-too-many-attributes", "/attributes"),
        ([{"id": "cbvmda:a", "attribute": "x" * 65_536}], [], "catalogue.master-too-large", "/attributes"),
        ([], {"id": "x"}, "catalogue.master-children", "/children"),
        ([], ["no uri"], "catalogue.master-not-uri", "/children/0"),
        ([], ["urn:x:1"] * 10_001, "catalogue.master-too-many-children", "/children"),
    ],
)
def test_what_cannot_be_kept_has_an_address(attributes: Any, children: Any, code: str, pointer: str) -> None:
    (found,) = rules.element_findings(attributes, children, "")
    assert (found.code, found.pointer) == (code, pointer)


def test_a_value_may_be_nested_sixteen_levels_deep_and_not_one_more() -> None:
    assert rules.element_findings([{"id": "cbvmda:a", "attribute": _nested(15)}], [], "") == []
    (found,) = rules.element_findings([{"id": "cbvmda:a", "attribute": _nested(16)}], [], "")
    assert found.code == "catalogue.master-too-deep"
