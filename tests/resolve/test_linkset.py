"""Link sets as documents: valid against the official schema whatever was registered, and harmless inside a page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.resolve import link_types, linkset
from app.resolve.links import DEFAULT, VOC, Link, Registration, link_of, relation, with_query
from tests import SHARED

texts = st.text(st.characters(codec="utf-8"), max_size=30)
addresses = st.from_regex(r"https://[a-z]{1,8}\.example(/[a-z0-9%?&=]{0,10})?", fullmatch=True)
relations = st.one_of(
    st.sampled_from(sorted(link_types.TYPES)).map(VOC.__add__), st.sampled_from(["alternate", "x_y", "anchor", "https://a.example/x#y"])
)
links = st.builds(
    Link,
    relations,
    addresses,
    texts,
    st.sampled_from([None, "text/html", "application/vnd.api+json", "nothing", ""]),
    st.lists(st.sampled_from(["vi", "en-GB", "zh-Hant-TW", "i-klingon", "tlh", ""]), max_size=3).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
)
registrations = st.builds(
    Registration,
    st.sampled_from([(("01", "09521002000016"),), (("01", "09521002000016"), ("10", "A/<b>"))]),
    texts,
    st.one_of(st.none(), st.builds(Link, st.just(DEFAULT), addresses, texts)),
    st.lists(links, max_size=5).map(tuple),
)
documents = st.lists(registrations, max_size=3)
ROOT = "https://id.example.vn"


@pytest.mark.skipif(SHARED is None, reason="the official schema lies in the shared folder beside the repository")
@given(documents)
def test_every_document_holds_against_the_official_schema(members: list[Registration]) -> None:
    import jsonschema

    assert SHARED is not None
    schema = json.loads((SHARED / "gs1-vectors/resolver/gs1-linkset-schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(json.loads(linkset.encoded(linkset.document(members, ROOT))))


@given(documents)
def test_a_document_inside_a_page_cannot_end_its_element_and_means_the_same(members: list[Registration]) -> None:
    found = linkset.as_linked_data(linkset.document(members, ROOT), ROOT)
    text = linkset.embedded(found)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == found


def test_a_default_link_has_an_address_and_a_title_only() -> None:
    default = Link(DEFAULT, "https://a.example/", "Trang chính", "text/html", ("vi",), ("VN",))
    (member,) = linkset.document([Registration((("00", "195210020000000013"),), "Thùng", default, ())], ROOT)["linkset"]
    assert member == {
        "anchor": f"{ROOT}/00/195210020000000013",
        "itemDescription": "Thùng",
        DEFAULT: [{"href": "https://a.example/", "title": "Trang chính"}],
    }


def test_a_language_longer_than_the_schema_takes_is_told_by_its_beginning() -> None:
    link = Link(VOC + "pip", "https://a.example/", "t", hreflang=("zh-Hant-TW", "zh", "vi-VN", "tlh"))
    (member,) = linkset.document([Registration((("01", "09521002000016"),), "x", None, (link,))], ROOT)["linkset"]
    assert member[VOC + "pip"] == [{"href": "https://a.example/", "title": "t", "hreflang": ["zh", "vi-VN"]}]


@given(links)
def test_a_link_is_kept_as_it_was(link: Link) -> None:
    assert link_of(json.loads(json.dumps(link.as_json()))) == Link(
        link.rel, link.href, link.title, link.type or None, link.hreflang, link.context
    )


@pytest.mark.parametrize("text", ["gs1:pip", "https://ref.gs1.org/voc/pip", "https://gs1.org/voc/pip", "http://www.gs1.org/voc/pip"])
def test_a_link_type_has_one_spelling(text: str) -> None:
    assert relation(text) == "https://ref.gs1.org/voc/pip"


@pytest.mark.parametrize(
    ("href", "query", "found"),
    [
        ("https://a.example/b", "", "https://a.example/b"),
        ("https://a.example/b", "x=%2f&&y;z", "https://a.example/b?x=%2f&&y;z"),
        ("https://a.example/b?c", "x", "https://a.example/b?c&x"),
        ("https://a.example/b?", "x", "https://a.example/b?x"),
        ("https://a.example/b?c&", "x", "https://a.example/b?c&x"),
        ("https://a.example/b#d?e", "x", "https://a.example/b?x#d?e"),
    ],
)
def test_a_query_is_passed_on_before_the_fragment(href: str, query: str, found: str) -> None:
    assert with_query(href, query) == found


def test_every_link_type_has_words_in_three_languages() -> None:
    assert len(link_types.TYPES) == 60
    assert {"productSustainabilityInfo"} == link_types.DEPRECATED
    for name in link_types.TYPES:
        told = {link_types.title(VOC + name, tongue) for tongue in ("vi", "en", "fr")}
        assert all(told), name
        assert len(link_types.title(VOC + name, "vi")) < 60
    assert link_types.title("https://other.example/voc#colour", "vi") == "colour"
    assert link_types.title(VOC + "newInTheVocabulary", "vi") == "newInTheVocabulary"


@pytest.mark.skipif(SHARED is None, reason="the list of link types lies in the shared folder beside the repository")
def test_the_link_types_are_those_of_the_vocabulary() -> None:
    assert SHARED is not None
    told: dict[str, Any] = json.loads((SHARED / "gs1-vectors/resolver/linktypes.json").read_text(encoding="utf-8"))["linkTypes"]
    assert {name: row["status"] for name, row in told.items()} == dict(link_types.TYPES)
