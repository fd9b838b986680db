"""Events of several documents in one answer keep their meaning: a prefix that stands for two namespaces is renamed in one of them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.capture.contexts import CONTEXT
from app.query.merging import Contexts, renamed


def test_equal_contexts_are_told_once_and_the_standards_first() -> None:
    contexts = Contexts()
    for _ in range(2):
        assert contexts.add([{"ex": "https://a.example/"}, CONTEXT, "https://b.example/context.jsonld"]) == {}
    assert contexts.whole() == [CONTEXT, "https://b.example/context.jsonld", {"ex": "https://a.example/"}]
    assert contexts.namespaces() == {"ex": "https://a.example/"}


def test_the_older_address_of_the_standards_context_is_the_same_context() -> None:
    contexts = Contexts()
    contexts.add("https://gs1.github.io/EPCIS/epcis-context.jsonld")
    assert contexts.whole() == [CONTEXT]


def test_one_prefix_for_two_namespaces_is_renamed_in_the_later_event() -> None:
    contexts = Contexts()
    assert contexts.add([CONTEXT, {"ex": "https://a.example/"}]) == {}
    assert contexts.add([CONTEXT, {"ex": "https://b.example/"}]) == {"ex": "ex2"}
    assert contexts.add([CONTEXT, {"ex": "https://c.example/"}]) == {"ex": "ex3"}
    assert contexts.add([CONTEXT, {"ex": "https://b.example/"}]) == {"ex": "ex2"}
    assert contexts.namespaces() == {"ex": "https://a.example/", "ex2": "https://b.example/", "ex3": "https://c.example/"}


def test_a_new_name_is_not_one_that_somebody_uses() -> None:
    contexts = Contexts()
    contexts.add({"ex": "https://a.example/", "ex2": "https://x.example/"})
    assert contexts.add({"ex": "https://b.example/"}) == {"ex": "ex3"}


def test_our_own_prefix_is_nobody_elses() -> None:
    contexts = Contexts({"truyxuat": "urn:truyxuat:epcis:"})
    assert contexts.add({"truyxuat": "https://other.example/"}) == {"truyxuat": "truyxuat2"}


def test_what_a_definition_says_with_a_renamed_prefix_is_renamed_too() -> None:
    contexts = Contexts()
    contexts.add({"ex": "https://a.example/"})
    contexts.add({"ex": "https://b.example/", "ex:day": {"@id": "ex:day", "@type": "xsd:date"}})
    assert contexts.terms["ex2:day"] == {"@id": "ex2:day", "@type": "xsd:date"}


def test_an_event_of_its_own_context_means_that() -> None:
    contexts = Contexts()
    contexts.add({"ex": "https://a.example/"})
    assert contexts.add({"ex": "https://a.example/"}, {"ex": "https://b.example/"}) == {"ex": "ex2"}


def test_names_are_renamed_everywhere_and_values_where_the_standard_has_a_uri() -> None:
    event: dict[str, Any] = {
        "type": "ex:Harvest",
        "bizStep": "ex:picking",
        "epcList": ["ex:tree-1", "https://ex:80/"],
        "readPoint": {"id": "ex:gate", "ex:gps": "ex:not-a-uri"},
        "ex:note": {"ex:inner": ["ex:text", {"ex:deep": 1}], "plain": "ex:text"},
        "ilmd": {"ex:farm": "ex:text"},
        "sensorElementList": [{"sensorReport": [{"type": "ex:Sugar", "stringValue": "ex:text", "value": 1}]}],
    }
    assert renamed(event, {"ex": "ex2"}) == {
        "type": "ex2:Harvest",
        "bizStep": "ex2:picking",
        "epcList": ["ex2:tree-1", "https://ex:80/"],
        "readPoint": {"id": "ex2:gate", "ex2:gps": "ex:not-a-uri"},
        "ex2:note": {"ex2:inner": ["ex:text", {"ex2:deep": 1}], "plain": "ex:text"},
        "ilmd": {"ex2:farm": "ex:text"},
        "sensorElementList": [{"sensorReport": [{"type": "ex2:Sugar", "stringValue": "ex:text", "value": 1}]}],
    }


PREFIXES = st.sampled_from(["ex", "ex2", "my", "a"])
CONTEXTS = st.dictionaries(PREFIXES, st.sampled_from(["urn:1:", "urn:2:", "urn:3:"]), max_size=3)


@given(st.lists(CONTEXTS, max_size=6))
def test_every_name_means_after_merging_what_it_meant_before(given_contexts: list[dict[str, str]]) -> None:
    contexts = Contexts()
    events = [(context, contexts.add([CONTEXT, context])) for context in given_contexts]
    merged = contexts.namespaces()
    for context, renames in events:
        for prefix, space in context.items():
            (name,) = renamed({f"{prefix}:x": 1}, renames)
            assert merged[name.partition(":")[0]] == space
