"""Extension elements and their names: structure, prefixes, namespaces, and that spelling does not change what is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.capture.binding.xml_in import read_xml
from app.capture.hashes.event_hash import context_of, prehash
from tests.capture.binding.xml_samples import document, event

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def only(inside: str, attributes: str = 'xmlns:ex="urn:ex"') -> dict[str, Any]:
    """The extension fields of the only event, which holds this."""
    read = read_xml(document(event(inside, epcs=""), attributes=attributes))
    assert read.findings == []
    [found] = read.document["epcisBody"]["eventList"]
    return {key: value for key, value in found.items() if ":" in key or key == "@context"}


@pytest.mark.parametrize(
    ("inside", "value"),
    [
        ("<ex:a>text</ex:a>", "text"),
        ("<ex:a> kept  as\tit is </ex:a>", " kept  as\tit is "),
        ("<ex:a>&lt;&amp;&#65;<![CDATA[<b>]]></ex:a>", "<&A<b>"),
        ("<ex:a/>", ""),
        ("<ex:a>\n  </ex:a>", ""),
        ("<ex:a>1</ex:a><ex:a>2</ex:a><ex:a/>", ["1", "2", ""]),
        ("<ex:a><ex:b>1</ex:b><c>2</c><c>3</c></ex:a>", {"ex:b": "1", "c": ["2", "3"]}),
        ('<ex:a unit="KGM" ex:by="x">5</ex:a>', {"@unit": "KGM", "@ex:by": "x", "#text": "5"}),
        ('<ex:a unit="KGM"/>', {"@unit": "KGM"}),
        ("<ex:a>before <ex:b>1</ex:b> after</ex:a>", {"#text": "before  after", "ex:b": "1"}),
        ("<ex:a><extension><ex:b>1</ex:b></extension></ex:a>", {"ex:b": "1"}),
        ("<ex:a><ex:_x0039_a>1</ex:_x0039_a><ex:_x0041_>2</ex:_x0041_></ex:a>", {"ex:9a": "1", "ex:_x0041_": "2"}),
    ],
)
def test_an_extension_element_has_the_structure_of_its_content(inside: str, value: object) -> None:
    assert only(inside) == {"ex:a": value}


def test_the_extension_wrapper_of_an_event_leaves_no_trace() -> None:
    assert only("<extension><ex:a>1</ex:a></extension><ex:a>2</ex:a>") == {"ex:a": ["1", "2"]}


def test_attributes_of_the_event_itself_are_fields_when_they_have_a_namespace() -> None:
    raw = document(event(epcs="").replace("<ObjectEvent>", '<ObjectEvent ex:batch="7" plain="x">'))
    read = read_xml(raw)
    assert read.document["epcisBody"]["eventList"][0]["ex:batch"] == "7"
    assert [(change.code, change.params["attribute"]) for change in read.changes] == [("xml.attribute-left-out", "plain")]


def test_a_type_of_the_schema_language_is_an_attribute_like_others() -> None:
    inside = f'<ex:a {XSI} xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:type="xsd:integer">7</ex:a>'
    assert only(inside) == {
        "ex:a": {"@xsi:type": "xsd:integer", "#text": "7"},
        "@context": {"xsi": "http://www.w3.org/2001/XMLSchema-instance"},
    }


@pytest.mark.parametrize(
    ("inside", "attributes", "found"),
    [
        ('<a xmlns="urn:d">1</a>', "", {"ns1:a": "1", "@context": {"ns1": "urn:d"}}),
        ('<my_ns:a xmlns:my_ns="urn:m">1</my_ns:a>', "", {"ns1:a": "1", "@context": {"ns1": "urn:m"}}),
        (
            '<ex:a>0</ex:a><ex:a xmlns:ex="urn:other">1</ex:a>',
            'xmlns:ex="urn:ex"',
            {"ex:a": "0", "ns1:a": "1", "@context": {"ns1": "urn:other"}},
        ),
        ('<in:a xmlns:in="urn:i">1</in:a>', 'xmlns:ex="urn:ex"', {"in:a": "1", "@context": {"in": "urn:i"}}),
        ("<two:a>1</two:a>", 'xmlns:one="urn:x" xmlns:two="urn:x"', {"one:a": "1"}),
        ('<type:a xmlns:type="urn:t">1</type:a>', "", {"ns1:a": "1", "@context": {"ns1": "urn:t"}}),
        ('<gs1:a xmlns:gs1="urn:not-gs1">1</gs1:a>', "", {"ns1:a": "1", "@context": {"ns1": "urn:not-gs1"}}),
        ("<gs1:a>1</gs1:a>", 'xmlns:gs1="https://ref.gs1.org/voc/"', {"gs1:a": "1"}),
        ("<cbvmda:a>1</cbvmda:a>", 'xmlns:cbvmda="urn:epcglobal:cbv:mda"', {"cbvmda:a": "1"}),
        ('<a xmlns="urn:d">1</a>', 'xmlns:ns1="urn:taken"', {"ns2:a": "1", "@context": {"ns2": "urn:d"}}),
    ],
)  # fmt: skip
def test_a_prefix_is_the_senders_where_it_means_one_thing(inside: str, attributes: str, found: dict[str, object]) -> None:
    assert only(inside, attributes) == found


def test_prefixes_of_epcis_itself_are_not_in_the_context() -> None:
    raw = document(event(), attributes=XSI + ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:gs1="https://ref.gs1.org/voc/"')
    assert read_xml(raw).document["@context"] == ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]


def test_the_context_of_one_event_does_not_reach_the_next() -> None:
    inside = event('<a:x xmlns:a="urn:1">1</a:x>', epcs="") + event('<a:x xmlns:a="urn:2">1</a:x>', epcs="") + event(epcs="")
    first, second, third = read_xml(document(inside)).document["epcisBody"]["eventList"]
    assert (first["@context"], second["@context"]) == ({"a": "urn:1"}, {"a": "urn:2"})
    assert "@context" not in third


# ------------------------------------------------------------------------------------------------ properties

_SPACES = ["urn:one", "https://two.example.vn/", "http://three.example.com/x#"]
_TEXT = st.text("aZ0 đữ漢<>&'\"", max_size=6)


def _tree(kids: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(_element, st.sampled_from(_SPACES), st.sampled_from(["a", "b-c", "Đ"]), st.none(), st.lists(kids, max_size=3))


def _element(space: str, local: str, text: str | None, kids: list[Any]) -> Any:
    node = etree.Element(f"{{{space}}}{local}")
    node.text = text
    node.extend(kids)
    return node


_LEAVES = st.builds(_element, st.sampled_from(_SPACES), st.sampled_from(["a", "b-c", "Đ"]), _TEXT, st.just([]))
TREES = st.recursive(_LEAVES, _tree, max_leaves=8)


def _plainly(node: Any) -> Any:
    """What an extension element means, said by another hand: full names, text or members."""
    if not len(node):
        text = node.text or ""
        return "" if text.isspace() else text
    return sorted(((kid.tag, _plainly(kid)) for kid in node), key=repr)


def _expanded(value: Any, spaces: dict[str, str]) -> Any:
    """The same of what was read."""
    if not isinstance(value, dict):
        return value
    found = []
    for key, members in value.items():
        prefix, _, local = key.rpartition(":")
        listed = members if isinstance(members, list) else [members]
        found += [(f"{{{spaces[prefix]}}}{local}", _expanded(member, spaces)) for member in listed]
    return sorted(found, key=repr)


@given(TREES, st.sampled_from([{}, {"p": _SPACES[0], "q": _SPACES[1]}, {None: _SPACES[2], "my_x": _SPACES[1]}]))
def test_every_element_and_text_of_an_extension_is_kept_under_its_full_name(tree: Any, prefixes: dict[str | None, str]) -> None:
    root = etree.Element("x", nsmap=prefixes)
    root.append(tree)
    [read] = read_xml(document(event(etree.tostring(root[0], encoding="unicode"), epcs=""))).document["epcisBody"]["eventList"]
    spaces = read.pop("@context")
    [(key, value)] = [(key, value) for key, value in read.items() if ":" in key]
    prefix, _, local = key.rpartition(":")
    assert f"{{{spaces[prefix]}}}{local}" == tree.tag
    assert _expanded(value, spaces) == _plainly(tree)


@given(st.sampled_from(["ex", "example", "my_ns", "a"]), st.booleans())
def test_the_event_hash_does_not_depend_on_prefixes(prefix: str, at_root: bool) -> None:
    declared = f'xmlns:{prefix}="https://ns.example.vn/epcis/"'
    field = f"<{prefix}:a {'' if at_root else declared}><{prefix}:b>1</{prefix}:b></{prefix}:a>"
    read = read_xml(document(event(field), attributes=declared if at_root else ""))
    [found] = read.document["epcisBody"]["eventList"]
    wanted = read_xml(document(event("<ex:a><ex:b>1</ex:b></ex:a>"))).document
    assert prehash(found, context_of(read.document["@context"])) == prehash(
        wanted["epcisBody"]["eventList"][0], context_of(wanted["@context"])
    )
