"""The CBV event hash equals the reference's, however an event is spelled, in both profiles."""

from __future__ import annotations

import hashlib
import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.hashes import event_hash, event_hash_fast, event_hash_tree, event_hash_values, event_hash_words
from app.capture.hashes.event_hash import CBV_2_0, CBV_2_1, context_of
from tests import SHARED

VECTORS = SHARED / "event-hash-vectors" if SHARED else None
CASES = [case for case in json.loads((VECTORS / "manifest.json").read_text())["cases"] if case["format"] == "json"] if VECTORS else []
CONTEXT = context_of(
    [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"ex": "https://ns.example.vn/epcis/", "h": "https://h.example.vn/voc#"},
    ]
)
HEAD = "eventType=ObjectEventeventTime=2026-11-22T01:00:00.000ZeventTimeZoneOffset=+07:00"
NS = "{https://ns.example.vn/epcis/}"


def event(**fields: Any) -> dict[str, Any]:
    """A short ObjectEvent with these fields."""
    return {"type": "ObjectEvent", "eventTime": "2026-11-22T08:00:00+07:00", "eventTimeZoneOffset": "+07:00", **fields}


def text(profile: str = CBV_2_0, /, **fields: Any) -> str:
    """What the hash is computed over, after the common head."""
    found = event_hash.prehash(event(**fields), CONTEXT, profile)
    assert found.startswith(HEAD)
    return found.removeprefix(HEAD)


def by_tree(value: dict[str, Any], profile: str) -> str:
    """The text by the complete path."""
    return f"eventType={value.get('type', '')}" + event_hash_tree.text_of(value, CONTEXT, inline=profile == CBV_2_1)


@pytest.mark.skipif(SHARED is None, reason="the reference's vectors are not beside the repository: put them at ../shared")
@pytest.mark.parametrize("case", CASES, ids=[case["file"] for case in CASES])
@pytest.mark.parametrize("profile", [CBV_2_0, CBV_2_1])
def test_hashes_are_those_of_the_reference(case: dict[str, Any], profile: str) -> None:
    assert VECTORS
    document = json.loads((VECTORS / case["file"]).read_text())
    body = document["epcisBody"]
    events = body["eventList"] if "eventList" in body else [body["event"]]
    expected = (VECTORS / f"{case['file']}.{profile}.hashes").read_text().split()
    if case["kind"] == "all-equal":
        assert len(set(expected)) == 1
    context = context_of(document["@context"])
    assert [event_hash.event_hash(each, context, profile) for each in events] == expected
    assert case["events"] == len(events)


def test_the_hash_is_a_named_information_uri_over_the_text() -> None:
    value = event(action="ADD")
    digest = hashlib.sha256((HEAD + "action=ADD").encode()).hexdigest()
    assert event_hash.event_hash(value, CONTEXT) == f"ni:///sha-256;{digest}?ver=CBV2.0"
    assert event_hash.event_hash(value, CONTEXT, CBV_2_1) == f"ni:///sha-256;{digest}?ver=CBV2.1"


def test_lists_sort_by_canonical_text_and_keep_duplicates() -> None:
    found = text(
        epcList=["urn:epc:id:sgtin:9521234.012345.9", "https://shop.example/01/09521234123453/21/10?17=270101", "urn:x:a", "urn:x:a"]
    )
    assert found == (
        "epcListepc=https://id.gs1.org/01/09521234123453/21/10epc=https://id.gs1.org/01/09521234123453/21/9epc=urn:x:aepc=urn:x:a"
    )


def test_empty_things_vanish() -> None:
    assert text(epcList=[], quantityList=[], action="", readPoint={}, bizLocation={"id": ""}, persistentDisposition={}) == ""


def test_bare_words_prefixes_and_urns_of_the_vocabulary_are_one() -> None:
    spellings = ["shipping", "cbv:BizStep-shipping", "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping"]
    assert {text(bizStep=spelling) for spelling in spellings} == {"bizStep=https://ref.gs1.org/cbv/BizStep-shipping"}
    assert text(bizStep="in_transit") == "bizStep=in_transit"  # a disposition is no business step
    assert text(bizStep="in_transit", disposition="in_transit") == (
        "bizStep=https://ref.gs1.org/cbv/Disp-in_transitdisposition=https://ref.gs1.org/cbv/Disp-in_transit"
    )  # but the reference spells a word out wherever it stands once it is used rightly


def test_the_type_precedes_the_value_in_every_key_order() -> None:
    entry = {"bizTransaction": "urn:epc:id:gdti:9521234.00001.7", "type": "po"}
    found = "bizTransactionListtype=https://ref.gs1.org/cbv/BTT-pobizTransaction=https://id.gs1.org/253/95212340000137"
    assert text(bizTransactionList=[entry]) == text(bizTransactionList=[dict(reversed(entry.items()))]) == found
    without = [{"bizTransaction": "urn:x:1"}]
    assert text(bizTransactionList=without) == "bizTransactionListbizTransaction=urn:x:1"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-11-22T08:00:00+07:00", "2026-11-22T01:00:00.000Z"),
        ("2026-11-22T08:00:00.1235Z", "2026-11-22T08:00:00.124Z"),
        ("2026-11-22T08:00:00.12349999Z", "2026-11-22T08:00:00.123Z"),
        ("2026-12-31T23:59:59.9996Z", "2027-01-01T00:00:00.000Z"),
        ("2026-03-01T00:30:00.5-05:30", "2026-03-01T06:00:00.500Z"),
        ("2026-03-01T00:30:00+14:00", "2026-02-28T10:30:00.000Z"),
        ("2026-03-01T00:30:00+0700", "2026-02-28T17:30:00.000Z"),
        ("2026-03-01t00:30:00z", "2026-03-01T00:30:00.000Z"),
        ("2026-03-01T00:30:00", "2026-03-01T00:30:00"),
        ("2026-13-01T00:30:00Z", "2026-13-01T00:30:00Z"),
        ("2026-03-01T24:00:00Z", "2026-03-01T24:00:00Z"),
        ("2026-03-01T23:59:60Z", "2026-03-01T23:59:60Z"),
        ("2026-03-01T00:30:00+24:00", "2026-03-01T00:30:00+24:00"),
        ("0001-01-01T00:00:00+07:00", "0001-01-01T00:00:00+07:00"),
        ("9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.9999Z"),
        ("tomorrow", "tomorrow"),
    ],
)
def test_times_are_utc_with_three_decimals(time: str, expected: str) -> None:
    assert event_hash_values.time(time) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.50", "12.5"),
        ("0012", "12"),
        ("+7", "7"),
        ("-0.0", "-0"),
        (".5", "0.5"),
        ("1e-7", "0.0000001"),
        ("1E+5", "1E+5"),
        ("1_000", "1000"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("0." + "1" * 30, "0." + "1" * 28),
        ("1e-999999999", "1e-999999999"),
        ("1.5.6", "1.5.6"),
        ("2026-11-22", "2026-11-22"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("", ""),
        ("-", "-"),
    ],
)
def test_what_reads_as_a_number_is_a_plain_decimal(value: str, expected: str) -> None:
    assert event_hash_values.canonical(value) == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("urn:epc:id:sgtin:9521234.012345.a(b)+c", "https://id.gs1.org/01/09521234123453/21/a%28b%29%2Bc"),
        ("urn:epc:id:sgln:9521234.00001.0", "https://id.gs1.org/414/9521234000013"),
        ("urn:epc:id:sgln:9521234.00001.A1", "https://id.gs1.org/414/9521234000013/254/A1"),
        ("urn:epc:idpat:sgtin:9521234.012345.*", "https://id.gs1.org/01/09521234123453"),
        ("urn:epc:class:lgtin:9521234.012345.L1", "https://id.gs1.org/01/09521234123453/10/L1"),
        ("urn:epc:id:gid:1.2.3", "urn:epc:id:gid:1.2.3"),
        ("https://b.example/gtin/9521234123453/lot/L1/ser/7", "https://id.gs1.org/01/09521234123453/21/7"),
        ("https://b.example/x/01/09521234123453/10/L1?17=1#f", "https://id.gs1.org/01/09521234123453/10/L1"),
        ("https://id.gs1.org/01/09521234123453/22/V/10/L/21/7", "https://id.gs1.org/01/09521234123453/21/7"),
        ("https://id.gs1.org/01/09521234123453/22/V", "https://id.gs1.org/01/09521234123453"),
        ("https://b.example/01/09521234123453/10/00/21/7", "https://b.example/01/09521234123453/10/00/21/7"),
        ("https://b.example/01/09521234123453/21/a%2Fb", "https://b.example/01/09521234123453/21/a%2Fb"),
        ("https://b.example/01/09521234123453/21/7/", "https://b.example/01/09521234123453/21/7/"),
        ("https://b.example/01/09521234123453/21/7#f", "https://b.example/01/09521234123453/21/7#f"),
        ("https://b.example/00/195212341234567897", "https://id.gs1.org/00/195212341234567897"),
        ("https://b.example/8010/9521234A-1/8011/7", "https://id.gs1.org/8010/9521234A-1/8011/7"),
        ("http://localhost/01/09521234123453/21/7", "http://localhost/01/09521234123453/21/7"),
        ("https://b.example/about/us", "https://b.example/about/us"),
    ],
)
def test_gs1_identifiers_take_their_canonical_link(uri: str, expected: str) -> None:
    assert event_hash_values.canonical(uri) == expected


def test_extensions_follow_sorted_with_their_namespace() -> None:
    found = text(
        **{
            "ex:b": [2, "10", {"ex:z": True, "ex:a": None}],
            "ex:a": {"ex:c": 1.50},
            "ex:empty": "",
            "rdfs:comment": "skipped",
            "ilmd": {"ex:x": "y"},
        }
    )
    assert found == f"ilmd{NS}x=y{NS}a{NS}c=1.5{NS}b=10{NS}b=2{NS}b{NS}a=None{NS}z=true{NS}empty"


def test_extensions_inside_standard_fields_go_last_in_2_0_and_stay_in_2_1() -> None:
    place = {"id": "urn:epc:id:sgln:9521234.00001.0", "ex:dock": "3"}
    stays = "https://id.gs1.org/414/9521234000013"
    assert text(readPoint=place, bizLocation={"id": "urn:x:1"}) == f"readPointid={stays}bizLocationid=urn:x:1readPoint{NS}dock=3"
    assert text(CBV_2_1, readPoint=place, bizLocation={"id": "urn:x:1"}) == f"readPointid={stays}{NS}dock=3bizLocationid=urn:x:1"


def test_sensor_reports_keep_the_list_word_in_2_1_only() -> None:
    element = {"sensorReport": [{"uom": "CEL", "value": 4.0, "type": "Temperature"}], "sensorMetadata": {"time": "2026-01-01T00:00:00Z"}}
    found = "sensorElementsensorMetadatatime=2026-01-01T00:00:00.000ZsensorReporttype=https://ref.gs1.org/voc/Temperaturevalue=4uom=CEL"
    assert text(sensorElementList=[element]) == found
    assert text(CBV_2_1, sensorElementList=[element]) == "sensorElementList" + found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"epcList": ["https://a.example/01/09521234123453/21/7"]},
            {"epcList": ["https://b.example/01/09521234123453/10/L/21/7?17=270101"]},
        ),
        ({}, {"errorDeclaration": {"declarationTime": "2026-01-01T00:00:00Z"}}),
        ({}, {"recordTime": "2026-01-01T00:00:00Z"}),
        ({}, {"certificationInfo": "https://c.example"}),
        ({}, {"comment": "x"}),
        ({}, {"eventTime": "2026-11-22T08:00:00.0004+07:00"}),
        ({"ex:a": "00123"}, {"ex:a": 123}),
        ({"bizStep": "shipping", "ex:a": "shipping"}, {"bizStep": "shipping", "ex:a": "https://ref.gs1.org/cbv/BizStep-shipping"}),
        ({"ex:a": f"1{NS}b=2"}, {"ex:a": "1", "ex:b": "2"}),
    ],
)
def test_different_events_can_share_a_hash_as_in_the_reference(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Why it is an identifier only: the evidence hash keeps each of these apart."""
    assert event_hash.event_hash({**event(), **one}, CONTEXT) == event_hash.event_hash({**event(), **other}, CONTEXT)


def test_a_bare_event_brings_its_own_context() -> None:
    value = {"@context": [{"own": "https://own.example/"}], **event(**{"own:a": "b"})}
    assert event_hash.prehash(value, context_of(None)) == HEAD + "{https://own.example/}a=b"


def test_a_context_of_any_shape_is_read() -> None:
    assert context_of({"p": {"@id": "https://p.example/"}, "n": 5}).name("p:x") == "{https://p.example/}x"
    assert context_of([7, None, "https://x.example", {"gs1": "https://elsewhere.example/"}]).name("gs1:a") == "{https://ref.gs1.org/voc/}a"
    assert context_of("https://x.example").urls == ("https://x.example",)
    assert context_of([{"mine": "https://ref.gs1.org/cbv/"}]).value("mine:BTT-po") == "https://ref.gs1.org/cbv/BTT-po"


# ------------------------------------------------------------------------------------------------ properties

ITEMS = st.sampled_from(
    [
        "urn:epc:id:sgtin:9521234.012345.A1",
        "https://b.example/01/09521234123453/10/L/21/7",
        "urn:uuid:1",
        "https://x.example/a b",
        " 12 ",
        "gs1:x",
    ]
)
WORDS = st.sampled_from(
    ["shipping", "in_transit", "po", "location", "cbv:BTT-po", "urn:epcglobal:cbv:disp:active", "https://own.example/step", "x"]
)
SCALARS = (
    ITEMS | WORDS | st.integers(-50, 50) | st.sampled_from([1.5, 2.0, "", True, None, "0012", "1e3", "2026-01-01T00:00:00Z", "Đà Lạt"])
)
NAMES = st.sampled_from(["ex:a", "ex:b", "ex:fooList", "ex:transaction", "ex:time", "h:x", "other", "comment"])
EXTRA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6)
QUANTITY = st.fixed_dictionaries(
    {"epcClass": ITEMS}, optional={"quantity": st.integers(0, 99) | st.just(2.50), "uom": st.just("KGM"), "ex:q": SCALARS}
)
PLACE = st.fixed_dictionaries({"id": ITEMS}, optional={"ex:a": EXTRA, "h:x": EXTRA})


def typed(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({name: ITEMS}, optional={"type": WORDS}), max_size=3)


REPORT = st.fixed_dictionaries(
    {"type": st.sampled_from(["Temperature", "gs1:Mass"])}, optional={"value": st.just(1.0), "component": st.just("x"), "ex:a": EXTRA}
)
ELEMENT = st.fixed_dictionaries(
    {"sensorReport": st.lists(REPORT, min_size=1, max_size=3)},
    optional={"sensorMetadata": st.dictionaries(st.sampled_from(["deviceID", "ex:a"]), ITEMS), "ex:b": EXTRA},
)
EVENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["ObjectEvent", "TransactionEvent"]),
        "eventTime": st.sampled_from(["2026-11-22T08:00:00.1235+07:00", "2026-01-01T00:00:00Z"]),
    },
    optional={
        "eventTimeZoneOffset": st.sampled_from(["+07:00", "-05:30"]),
        "epcList": st.lists(ITEMS, max_size=4),
        "childEPCs": st.lists(ITEMS, max_size=3),
        "inputEPCList": st.lists(ITEMS, max_size=3),
        "outputEPCList": st.lists(ITEMS, max_size=3),
        "parentID": ITEMS,
        "quantityList": st.lists(QUANTITY, max_size=3),
        "childQuantityList": st.lists(QUANTITY, max_size=2),
        "action": st.sampled_from(["ADD", "OBSERVE"]),
        "bizStep": WORDS,
        "disposition": WORDS,
        "persistentDisposition": st.dictionaries(st.sampled_from(["set", "unset"]), st.lists(WORDS, max_size=2)),
        "readPoint": PLACE,
        "bizLocation": PLACE,
        "bizTransactionList": typed("bizTransaction"),
        "sourceList": typed("source"),
        "destinationList": typed("destination"),
        "sensorElementList": st.lists(ELEMENT, max_size=2),
        "ilmd": st.dictionaries(NAMES, EXTRA, max_size=3),
        "errorDeclaration": st.just({"reason": "incorrect_data"}),
        "eventID": st.just("urn:uuid:2"),
        "ex:a": EXTRA,
        "ex:b": EXTRA,
        "ex:itemList": EXTRA,
        "h:x": EXTRA,
    },
)


@given(EVENTS, st.sampled_from([CBV_2_0, CBV_2_1]))
def test_the_fast_path_and_the_complete_path_agree(value: dict[str, Any], profile: str) -> None:
    assert event_hash.prehash(value, CONTEXT, profile) == by_tree(value, profile)


def shuffled(value: Any, randomness: random.Random) -> Any:
    """The same JSON with the keys of every object, and the elements of every list, in another order."""
    if isinstance(value, dict):
        items = list(value.items())
        randomness.shuffle(items)
        return {key: shuffled(inner, randomness) for key, inner in items}
    if isinstance(value, list):
        parts = [shuffled(inner, randomness) for inner in value]
        randomness.shuffle(parts)
        return parts
    return value


@given(EVENTS, st.sampled_from([CBV_2_0, CBV_2_1]), st.randoms(use_true_random=False))
def test_the_order_of_keys_and_elements_does_not_matter(value: dict[str, Any], profile: str, randomness: random.Random) -> None:
    other = shuffled(value, randomness)
    assert event_hash.event_hash(other, CONTEXT, profile) == event_hash.event_hash(value, CONTEXT, profile)


@given(
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(event_hash_words.PROPERTIES)) | NAMES, inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_no_event_of_any_shape_raises(value: Any) -> None:
    shape = value if isinstance(value, dict) else {"ex:a": value}
    assert event_hash.event_hash(shape, CONTEXT).startswith("ni:///sha-256;")
    assert event_hash.event_hash(shape, CONTEXT, CBV_2_1).endswith("?ver=CBV2.1")


def test_hashing_leaves_the_event_as_it_was() -> None:
    value = event(readPoint={"id": "urn:x:1", "ex:a": [1, {"ex:b": 2}]}, sourceList=[{"source": "urn:x:2"}])
    before = json.dumps(value)
    event_hash.event_hash(value, CONTEXT)
    assert json.dumps(value) == before


def test_a_tag_uri_stays_as_it_was_written() -> None:
    tag = "urn:epc:tag:sgtin-96:3.952123.0412345.17"
    assert f"epc={tag}" in event_hash.prehash(event(epcList=[tag]), CONTEXT)


@pytest.mark.parametrize(
    "fields",
    [
        {"epcList": ["urn:epc:id:sgtin:9521234.012345.A1"], "bizStep": "shipping", "ex:a": {"ex:b": ["x1", 2]}},
        {"ilmd": {"ex:lot": "L1", "ex:more": [{"ex:c": 1.5}]}, "quantityList": [{"epcClass": "urn:x:1", "quantity": 2, "ex:q": "y1"}]},
        {"readPoint": {"id": "urn:x:1", "ex:dock": "3"}, "bizLocation": {"id": "urn:x:2", "ex:hall": "4"}},
        {
            "sensorElementList": [
                {"sensorMetadata": {"deviceID": "urn:x:1"}, "sensorReport": [{"type": "Temperature", "value": 4.5, "ex:s": 1}]}
            ]
        },
        {"persistentDisposition": {"set": ["damaged"]}, "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:1"}]},
    ],
)
def test_events_of_every_day_take_the_fast_path(fields: dict[str, Any]) -> None:
    value = event(**fields)
    for profile in (CBV_2_0, CBV_2_1):
        found = event_hash_fast.Reader(CONTEXT, inline=profile == CBV_2_1).text(value)
        assert f"eventType=ObjectEvent{found}" == by_tree(value, profile)


def test_a_neighbour_that_spells_a_word_out_replaces_it_everywhere() -> None:
    """As the reference does it: a term counts wherever its address stands, also in an extension or as an identifier."""
    step = "https://ref.gs1.org/cbv/BizStep-shipping"
    assert text(**{"ex:a": "shipping", "ex:b": step}) == f"{NS}a={step}{NS}b={step}"
    assert text(epcList=["cbv:BizStep-shipping"], **{"ex:a": "shipping"}) == f"epcListepc={step}{NS}a={step}"
    assert text(**{"ex:a": "shipping"}) == f"{NS}a=shipping"


def test_documents_that_give_a_prefix_two_meanings_do_not_meet() -> None:
    """Nothing is remembered from one document to the next, whatever thread hashes it."""
    value = event(**{"my:a": "my:b", "eventTimeZoneOffset": "+07:00"})
    meanings = ["https://ref.gs1.org/one/", "https://two.example/", "https://ref.gs1.org/three/"] * 20
    contexts = [context_of([{"my": meaning, "+07": meaning}]) for meaning in meanings]
    alone = {meaning: event_hash.prehash(value, context_of([{"my": meaning, "+07": meaning}])) for meaning in set(meanings)}
    assert len(set(alone.values())) == 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda context: event_hash.prehash(value, context), contexts)) == [alone[meaning] for meaning in meanings]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1e21, "1E+21"),
        (-0.0, "-0"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (12.50, "12.5"),
        (3.0, "3"),
        (10**18 + 1, "1000000000000000001"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_of_json_are_plain_decimals(number: float, expected: str) -> None:
    assert text(**{"ex:a": number}) == f"{NS}a={expected}"
    assert text(quantityList=[{"epcClass": "urn:x:1", "quantity": number}]).endswith(f"quantity={expected}")


def test_events_of_xml_are_read_as_the_reference_reads_xml() -> None:
    """Attributes are properties, lists of extensions have their structure already, and no neighbour spells a word out."""
    names = [{"ex": "https://ns.example.vn/epcis/", "xsi": "http://www.w3.org/2001/XMLSchema-instance"}]
    value = event(**{"bizStep": "https://ref.gs1.org/cbv/BizStep-shipping", "ex:a": {"@xsi:type": "xsd:int", "@unit": "kg", "#text": "07"}})
    value |= {"ex:fooList": "shipping", "@context": names}
    step, xsi = "bizStep=https://ref.gs1.org/cbv/BizStep-shipping", "{http://www.w3.org/2001/XMLSchema-instance}"
    of_xml = event_hash.prehash(value, context_of(None, xml=True))
    assert of_xml == f"{HEAD}{step}{NS}a=7unit=kg{xsi}type=xsd:int{NS}fooList=shipping"
    of_json = event_hash.prehash(value, context_of(None))
    assert of_json == f"{HEAD}{step}{NS}a=7@unit=kg{xsi}type=xsd:int{NS}fooList{NS}foo=https://ref.gs1.org/cbv/BizStep-shipping"
