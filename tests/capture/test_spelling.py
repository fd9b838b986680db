"""One meaning in every spelling: words of the vocabulary and identifiers, compared and answered."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.capture import prefix_lengths, spelling
from app.capture.canonical import jcs
from app.capture.spelling import EpcFormat, WordForm
from app.capture.vocabulary import vocabularies
from app.identify import company_prefix, digital_link, epc_urn
from app.identify.item_key import item_key
from app.runtime import Runtime
from tests.builders import make_enterprise, object_event
from tests.identify import strategies as made

ITEM = "https://id.gs1.org/01/09521002000016/21/K7M2Q9"
ITEM_URN = "urn:epc:id:sgtin:9521002.000001.K7M2Q9"


def in_links(event: dict[str, Any]) -> dict[str, Any]:
    """The event as somebody gets it who asks for nothing special."""
    return spelling.spelled(event, binding="json", epcs=EpcFormat.ALWAYS_GS1_DIGITAL_LINK, words=WordForm.NO_PREFERENCE)


def in_urns(event: dict[str, Any], lengths: spelling.Lengths | None = None) -> dict[str, Any]:
    """The event as somebody gets it who asks for EPC URNs."""
    return spelling.spelled(event, binding="json", epcs=EpcFormat.ALWAYS_EPC_URN, words=WordForm.NO_PREFERENCE, lengths=lengths)


def seven(ai: str, value: str) -> int | None:
    """An asker who knows that the companies of the demonstration have prefixes of seven digits."""
    start = company_prefix.begins_at(ai)
    return 7 if start is not None and value[start:].startswith("952") else None


def everything(**changes: Any) -> dict[str, Any]:
    """An event with a word and an identifier in every standard field, bare and canonical."""
    event = object_event(
        parentID="https://id.gs1.org/00/095210020000000016",
        childEPCs=[ITEM],
        inputEPCList=[ITEM],
        outputEPCList=[ITEM],
        quantityList=[{"epcClass": "https://id.gs1.org/01/09521002000016/10/TH26", "quantity": 3, "uom": "KGM"}],
        bizLocation={"id": "https://id.gs1.org/414/9521002001013/254/A1"},
        persistentDisposition={"set": ["completeness_verified"], "unset": ["completeness_inferred"]},
        bizTransactionList=[{"type": "po", "bizTransaction": "https://id.gs1.org/253/9521002000016X1"}],
        sourceList=[{"type": "owning_party", "source": "https://id.gs1.org/417/9521002001013"}],
        destinationList=[{"type": "location", "destination": "https://id.gs1.org/414/9521002001013"}],
        errorDeclaration={"declarationTime": "2026-06-13T08:00:00Z", "reason": "did_not_occur", "correctiveEventIDs": ["urn:uuid:1"]},
        sensorElementList=[
            {
                "sensorMetadata": {"deviceID": "https://id.gs1.org/8004/9521002A1"},
                "sensorReport": [
                    {"type": "Temperature", "value": 4.5, "exception": "ALARM_CONDITION", "deviceID": "https://id.gs1.org/8004/9521002A1"},
                    {"type": "Angle", "component": "x", "value": 1},
                ],
            }
        ],
        transformationID="urn:uuid:3b6ca1de-3a4d-4d8e-8d8e-3c9d5e2f0a11",
        ilmd={"cbvmda:lotNumber": "TH26", "example:step": "urn:epcglobal:cbv:bizstep:shipping"},
    )
    return event | changes


def in_other_words(event: dict[str, Any], form: str) -> dict[str, Any]:
    """The event with its words written out; form: `urn`, `web`, `old web`, `plain web`, `curie`."""

    def full(vocabulary: str, bare: str) -> str:
        entry = vocabularies()[vocabulary]
        web = entry.web
        spelled = {
            "urn": entry.urn or entry.curie,
            "web": web,
            "old web": web.replace("//ref.", "//ns."),
            "plain web": web.replace("https:", "http:"),
            "curie": entry.curie,
        }
        return spelled[form] + bare

    other = copy.deepcopy(event)
    other["bizStep"] = full("bizStep", other["bizStep"])
    other["disposition"] = full("disposition", other["disposition"])
    for states in other["persistentDisposition"].values():
        states[:] = [full("disposition", state) for state in states]
    other["bizTransactionList"][0]["type"] = full("bizTransactionType", "po")
    for field in ("sourceList", "destinationList"):
        other[field][0]["type"] = full("sourceOrDestinationType", other[field][0]["type"])
    other["errorDeclaration"]["reason"] = full("errorReason", "did_not_occur")
    reports = other["sensorElementList"][0]["sensorReport"]
    reports[0]["type"] = full("measurementType", "Temperature")
    reports[0]["exception"] = full("sensorAlertType", "ALARM_CONDITION")
    reports[1]["type"] = full("measurementType", "Angle")
    reports[1]["component"] = full("component", "x")
    return other


FORMS = ("urn", "web", "old web", "plain web", "curie")


@pytest.mark.parametrize("form", FORMS)
def test_a_word_in_any_spelling_is_the_bare_word(form: str) -> None:
    event = everything()

    assert spelling.json_words(in_other_words(event, form)) == event


def test_bare_words_leave_the_event_the_same_object() -> None:
    event = everything()

    assert spelling.json_words(event) is event
    assert spelling.canonical_event(event) is event
    assert spelling.canonical_event(event, jcs(event)) is event


def test_the_given_event_is_never_changed() -> None:
    event = in_other_words(everything(epcList=[ITEM_URN]), "urn")
    before = copy.deepcopy(event)

    spelling.canonical_event(event)
    spelling.spelled(event, binding="xml-2.0", epcs=EpcFormat.ALWAYS_EPC_URN, words=WordForm.ALWAYS_URN)

    assert event == before


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("bizStep", "urn:epcglobal:cbv:bizstep:assemble"),
        ("bizStep", "https://ref.gs1.org/cbv/BizStep-assemble"),
        ("bizStep", "https://vocabulary.example/shipping"),
        ("bizStep", "urn:epcglobal:cbv:disp:in_transit"),
        ("disposition", "urn:epcglobal:cbv:bizstep:shipping"),
        ("measurementType", "https://gs1.org/voc/Warmth"),
    ],
)
def test_what_is_no_word_of_the_vocabulary_stays_as_it_is(field: str, text: str) -> None:
    assert spelling.word(field, text) == text


def test_gs1s_own_examples_write_the_web_uri_of_a_step_with_a_small_s() -> None:
    assert spelling.word("bizStep", "https://ref.gs1.org/cbv/Bizstep-sensor_reporting") == "sensor_reporting"


def test_texts_in_extensions_and_master_data_of_a_lot_are_not_words() -> None:
    event = everything()
    event["example:bizStep"] = "urn:epcglobal:cbv:bizstep:shipping"

    assert spelling.canonical_event(event) is event


@pytest.mark.parametrize(
    "value", [None, 5, "text", ["text"], [5], {"id": 5}, [{"type": 5, "source": 7, "epcClass": 9}], {"set": 5}, {"reason": []}]
)
def test_an_event_of_bad_shape_passes_through(value: Any) -> None:
    fields = (
        "bizStep",
        "readPoint",
        "epcList",
        "quantityList",
        "sourceList",
        "persistentDisposition",
        "errorDeclaration",
        "sensorElementList",
    )
    event = dict.fromkeys(fields, value)

    assert spelling.json_words(event) == event
    assert spelling.canonical_event(event) == event


# ------------------------------------------------------------------------------------------------------------ one identity

SPELLINGS_OF_ITEM = (
    ITEM,
    ITEM_URN,
    "URN:EPC:id:sgtin:9521002.000001.K7M2Q9",
    "http://id.gs1.org/some/where/01/09521002000016/21/K7M2Q9?source=qr",
    "https://id.gs1.org/01/09521002000016/21/%4B7M2Q9",
    "https://ID.GS1.ORG/01/09521002000016/21/K7M2Q9",
    "https://id.gs1.org/gtin/9521002000016/ser/K7M2Q9",
    "https://id.gs1.org/01/9521002000016/21/K7M2Q9",
)


@pytest.mark.parametrize("uri", SPELLINGS_OF_ITEM)
def test_an_item_in_any_spelling_is_canonical_in_every_field(uri: str) -> None:
    event = everything(epcList=[uri], childEPCs=[uri], inputEPCList=[uri], outputEPCList=[uri], parentID=uri)

    assert spelling.canonical_event(event) == everything(parentID=ITEM)
    assert spelling.canonical_event(event, jcs(event)) == everything(parentID=ITEM)


_IDENTIFIERS = st.one_of(
    st.sampled_from(SPELLINGS_OF_ITEM),
    st.tuples(made.gtins, made.serials).map(lambda two: digital_link.build((("01", two[0]), ("21", two[1])))),
    st.tuples(made.gtins, made.serials).map(lambda two: f"https://id.gs1.org/01/{two[0]}/10/{two[1]}"),
    st.tuples(made.glns, made.serials).map(lambda two: f"https://id.gs1.org/414/{two[0]}/254/{two[1]}"),
    st.sampled_from(
        ["https://id.gs1.org/414/9521002001013/254/0", "https://id.gs1.org/8006/095210020000160102", "https://id.gs1.org/00/1"]
    ),
    st.sampled_from(
        ["urn:epcglobal:cbv:bt:9521002001013:PO-1", "urn:uuid:1", "https://example.vn/vuon/1", "https://id.gs1.org/01/95210027"]
    ),
    st.text(max_size=12),
)


@given(
    st.lists(_IDENTIFIERS, max_size=3),
    _IDENTIFIERS,
    st.sampled_from(["shipping", "cbv:BizStep-shipping", "urn:epcglobal:cbv:bizstep:shipping"]),
)
@example(["https://id.gs1.org/414/9521002001013/254/0"], "x", "shipping")
def test_the_quick_look_at_the_text_says_the_same(epcs: list[str], place: str, step: str) -> None:
    event = object_event(epcList=epcs, readPoint={"id": place}, bizStep=step, parentID=place)

    assert spelling.canonical_event(event, jcs(event)) == spelling.canonical_event(event)


@given(st.lists(_IDENTIFIERS, min_size=1, max_size=3))
def test_a_canonical_event_is_its_own_canonical_form(epcs: list[str]) -> None:
    once = spelling.canonical_event(in_other_words(everything(epcList=epcs), "urn"))

    assert spelling.canonical_event(once) is once
    assert once["epcList"] == [item_key(uri).text for uri in epcs]


@pytest.mark.parametrize("uri", SPELLINGS_OF_ITEM)
def test_content_is_the_same_in_every_spelling(uri: str) -> None:
    event, other = everything(), in_other_words(everything(epcList=[uri]), "urn")

    assert spelling.content_digest(other, jcs(other)) == spelling.content_digest(event) == spelling.content_digest(event, jcs(event))


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"@context": ["https://context.example/"]}, True),
        ({"recordTime": "2026-06-12T20:00:00Z"}, False),
        ({"eventID": "ni:///sha-256;00?ver=CBV2.0"}, True),
        ({"eventID": "urn:uuid:7f0d6b1a-5a3c-4f0e-9b2a-0d9c8e7f6a5b"}, False),
        ({"epcList": ["https://id.gs1.org/01/09521002000016/21/K7M2Q8"]}, False),
        ({"bizStep": "receiving"}, False),
        ({"example:note": "x"}, False),
    ],
)
def test_what_is_content_and_what_is_frame(changes: dict[str, Any], same: bool) -> None:  # a case
    event = everything()
    assert (spelling.content_digest(event | changes, jcs(event | changes)) == spelling.content_digest(event)) is same


STATEMENTS = (
    ITEM,
    "https://id.gs1.org/01/09521002000016/10/A/21/K7M2Q9",
    "https://id.gs1.org/01/09521002000016/10/B/21/K7M2Q9",
    "https://id.gs1.org/01/09521002000016/22/2A/10/B/21/K7M2Q9",
    f"{ITEM}?17=270101",
    f"{ITEM}?17=280101",
    "https://brand.example/01/09521002000016/21/K7M2Q9",
    "https://other.example/01/09521002000016/21/K7M2Q9",
)


def test_another_lot_or_expiry_in_the_link_is_another_statement() -> None:
    digests = {spelling.content_digest(everything(epcList=[uri]), jcs(everything(epcList=[uri]))) for uri in STATEMENTS}

    assert len(digests) == len(STATEMENTS)


@pytest.mark.parametrize("uri", ["https://id.gs1.org/gtin/9521002000016/lot/B/ser/K7M2Q9", f"{ITEM}?10=B&source=qr"])
def test_one_statement_in_other_words_is_the_same(uri: str) -> None:
    assert spelling.canonical_event(everything(epcList=[uri])) == spelling.canonical_event(everything(epcList=[STATEMENTS[2]]))


_CERTIFICATE = "https://body.example/01/09521002000016"


@pytest.mark.parametrize(("other", "same"), [
    ("https://evil.example/01/09521002000016", False), (f"{_CERTIFICATE}?17=270101", False), (f"{_CERTIFICATE}?a=b", False),
    (_CERTIFICATE, True),
])  # fmt: skip
def test_the_address_of_a_certificate_is_no_spelling_of_an_identifier(other: str, same: bool) -> None:  # a case
    def event(address: str) -> dict[str, Any]:
        report = {"type": "Temperature", "value": 3, "rawData": address}
        return object_event(certificationInfo=address, sensorElementList=[{"sensorReport": [report]}])

    assert (spelling.canonical_event(event(other)) == spelling.canonical_event(event(_CERTIFICATE))) is same
    assert in_urns(event(other), lambda _ai, _value: 7)["certificationInfo"] == other


def test_facets_are_in_the_canonical_spelling() -> None:
    urn_event = object_event(
        epcList=[ITEM_URN],
        bizStep="urn:epcglobal:cbv:bizstep:shipping",
        disposition="https://ref.gs1.org/cbv/Disp-in_transit",
        readPoint={"id": "urn:epc:id:sgln:9521002.00101.0"},
    )
    expected = {
        ("eventType", "ObjectEvent"),
        ("bizStep", "shipping"),
        ("disposition", "in_transit"),
        ("readPoint", "https://id.gs1.org/414/9521002001013"),
        ("issuer", "9521002"),
    }

    assert set(spelling.facets(urn_event)) == set(spelling.facets(object_event())) == expected
    assert ("issuer", "9521002") in set(spelling.facets(urn_event, [item_key(ITEM)]))


# ---------------------------------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize("form", FORMS)
def test_json_has_bare_words_whatever_is_asked_for_xml(form: str) -> None:
    event = everything()
    never, urns = EpcFormat.NEVER_TRANSLATES, WordForm.ALWAYS_URN

    assert spelling.spelled(in_other_words(event, form), binding="json", epcs=never, words=urns) == event
    assert spelling.spelled(event, binding="json", epcs=never, words=urns) is event


@pytest.mark.parametrize("binding", ["xml-2.0", "xml-1.2"])
@pytest.mark.parametrize(
    ("words", "step", "component", "sensor"),
    [
        (WordForm.NO_PREFERENCE, "urn:epcglobal:cbv:bizstep:shipping", "cbv:Comp-x", "gs1:Temperature"),
        (WordForm.ALWAYS_URN, "urn:epcglobal:cbv:bizstep:shipping", "cbv:Comp-x", "gs1:Temperature"),
        (WordForm.ALWAYS_WEB_URI, "https://ref.gs1.org/cbv/BizStep-shipping", "https://ref.gs1.org/cbv/Comp-x", "gs1:Temperature"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_xml_has_the_words_as_asked(form: str, binding: str, words: WordForm, step: str, component: str, sensor: str) -> None:
    event = spelling.spelled(in_other_words(everything(), form), binding=binding, epcs=EpcFormat.NEVER_TRANSLATES, words=words)

    reports = event["sensorElementList"][0]["sensorReport"]
    assert (event["bizStep"], reports[1]["component"], reports[0]["type"]) == (step, component, sensor)
    assert spelling.json_words(event) == everything()


def test_xml_as_it_was_captured_writes_out_only_bare_words() -> None:
    event = object_event(disposition="https://ref.gs1.org/cbv/Disp-in_transit")

    found = spelling.spelled(event, binding="xml-2.0", epcs=EpcFormat.NEVER_TRANSLATES, words=WordForm.NEVER_TRANSLATES)

    assert (found["bizStep"], found["disposition"]) == ("urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/Disp-in_transit")


def test_words_of_somebody_else_are_never_spelled_otherwise() -> None:
    event = object_event(bizStep="https://vocabulary.example/drying")

    for form in WordForm:
        spelled = spelling.spelled(event, binding="xml-2.0", epcs=EpcFormat.NO_PREFERENCE, words=form)
        assert spelled["bizStep"] == "https://vocabulary.example/drying"


PAIRS = [
    ("urn:epc:id:sgtin:9521002.000001.K7M2Q9", ITEM),
    ("urn:epc:id:sgtin:9521002.000001.32a%2Fb", "https://id.gs1.org/01/09521002000016/21/32a%2Fb"),
    ("urn:epc:class:lgtin:9521002.000001.TH26", "https://id.gs1.org/01/09521002000016/10/TH26"),
    ("urn:epc:idpat:sgtin:9521002.000001.*", "https://id.gs1.org/01/09521002000016"),
    ("urn:epc:id:sscc:9521002.0000000001", "https://id.gs1.org/00/095210020000000016"),
    ("urn:epc:id:sgln:9521002.00101.0", "https://id.gs1.org/414/9521002001013"),
    ("urn:epc:id:sgln:9521002.00101.A1", "https://id.gs1.org/414/9521002001013/254/A1"),
    ("urn:epc:id:pgln:9521002.00101", "https://id.gs1.org/417/9521002001013"),
    ("urn:epc:id:grai:9521002.00001.7", "https://id.gs1.org/8003/095210020000167"),
    ("urn:epc:id:giai:9521002.A1", "https://id.gs1.org/8004/9521002A1"),
    ("urn:epc:id:gdti:9521002.00001.X1", "https://id.gs1.org/253/9521002000016X1"),
]


@pytest.mark.parametrize(("urn", "link"), PAIRS)
def test_identifiers_are_translated_both_ways(urn: str, link: str) -> None:
    assert spelling.spelled_uri(urn, EpcFormat.ALWAYS_GS1_DIGITAL_LINK) == link
    assert spelling.spelled_uri(link, EpcFormat.ALWAYS_EPC_URN, seven) == urn
    assert spelling.spelled_uri(urn, EpcFormat.ALWAYS_EPC_URN, seven) == urn
    assert spelling.spelled_uri(link, EpcFormat.ALWAYS_GS1_DIGITAL_LINK) == link


def test_identifiers_of_every_standard_field_are_translated_both_ways() -> None:
    event = everything()

    urns = in_urns(event, seven)

    text = jcs(urns)
    assert b"https://id.gs1.org" not in text
    assert urns["parentID"].startswith("urn:epc:id:sscc:9521002.")
    assert urns["sensorElementList"][0]["sensorMetadata"]["deviceID"] == "urn:epc:id:giai:9521002.A1"
    assert in_links(urns) == event


@given(made.gtins.filter(lambda gtin: gtin[1:6] != "00000"), made.serials, st.sampled_from(["21", "10"]), made.prefix_lengths)
def test_a_link_made_a_urn_and_back_is_the_same_item(gtin: str, value: str, ai: str, length: int) -> None:
    link = digital_link.build((("01", gtin), (ai, value)))

    urn = spelling.spelled_uri(link, EpcFormat.ALWAYS_EPC_URN, lambda _ai, _value: length)

    assert urn.startswith("urn:epc:")
    assert epc_urn.stated_length(urn) == length
    assert item_key(urn) == item_key(link)
    assert spelling.spelled_uri(urn, EpcFormat.ALWAYS_GS1_DIGITAL_LINK) == item_key(link).text


@pytest.mark.parametrize(
    "uri",
    [
        "https://brand.example/01/09521002000016/21/K7M2Q9?17=270101",
        "https://id.gs1.org/01/09521002000016/10/TH26/21/K7M2Q9",
        "https://example.vn/vuon/1",
        "urn:uuid:3b6ca1de-3a4d-4d8e-8d8e-3c9d5e2f0a11",
        "urn:epc:id:gid:952.1.2",
        "urn:epcglobal:cbv:bt:9521002001013:PO-1",
    ],
)
def test_asked_for_links_what_is_no_urn_with_a_gs1_key_stays(uri: str) -> None:
    event = object_event(epcList=[uri])

    assert in_links(event) is event


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.vn/vuon/1",
        "urn:uuid:3b6ca1de-3a4d-4d8e-8d8e-3c9d5e2f0a11",
        "https://id.gs1.org/8013/9521002A1B2C3TR",
        "https://id.gs1.org/01/00000095210020",
        "https://id.gs1.org/01/09521002000017/21/A",
    ],
)
def test_asked_for_urns_what_has_none_stays(uri: str) -> None:
    event = object_event(epcList=[uri], readPoint=None)

    assert in_urns(event, seven) == event


def test_a_brand_domain_link_becomes_the_urn_of_its_item() -> None:
    uri = "https://brand.example/01/09521002000016/21/K7M2Q9"

    assert spelling.spelled_uri(uri, EpcFormat.ALWAYS_EPC_URN, seven) == ITEM_URN


@pytest.mark.parametrize("more", ["/10/TH26/21/K7M2Q9", "/21/K7M2Q9?17=270101", "/21/K7M2Q9?source=qr"])
def test_a_link_that_says_more_than_a_urn_can_stays(more: str) -> None:
    uri = f"https://brand.example/01/09521002000016{more}"

    assert spelling.spelled_uri(uri, EpcFormat.ALWAYS_EPC_URN, seven) == uri


def test_without_a_known_prefix_length_a_link_stays_a_link() -> None:
    event = object_event()

    assert in_urns(event) == event


def test_the_urns_of_an_event_tell_the_prefix_length_of_its_links() -> None:
    event = object_event(epcList=[ITEM, "urn:epc:id:sgtin:9521002.000002.B"], readPoint={"id": "https://id.gs1.org/414/9521002001013"})

    found = in_urns(event)

    assert found["epcList"] == [ITEM_URN, "urn:epc:id:sgtin:9521002.000002.B"]
    assert found["readPoint"] == {"id": "urn:epc:id:sgln:9521002.00101.0"}


def test_urns_that_contradict_each_other_tell_no_prefix_length() -> None:
    event = object_event(epcList=[ITEM, "urn:epc:id:sgtin:9521002.000002.B", "urn:epc:id:sgtin:95210020.00003.C"], readPoint=None)

    assert in_urns(event)["epcList"][0] == ITEM


def test_declared_prefixes_are_known_to_their_organisation_only(on: Runtime) -> None:
    mine, other = make_enterprise(on, prefix="9521002"), make_enterprise(on, "Another", prefix="9521003")

    with on.store.reading() as connection:
        lengths = prefix_lengths.known(connection, mine.party_id, "")
        strange = prefix_lengths.known(connection, other.party_id, "")
        found = [lengths("01", "09521002000016"), strange("01", "09521002000016"), lengths("01", "00000095210020"), lengths("10", "TH26")]

    assert found == [7, None, None, None]


def test_whoever_demands_urns_gets_the_urn_of_the_item_and_a_conversion_keeps_what_a_link_says_more() -> None:
    link = "https://brand.example/p/01/09521002000016/10/LOT/21/X1?17=271231"
    event = {"type": "ObjectEvent", "epcList": [link]}
    asked = {"binding": "json", "epcs": EpcFormat.ALWAYS_EPC_URN, "words": WordForm.NO_PREFERENCE, "lengths": seven}
    assert spelling.spelled(event, **asked) is event
    assert spelling.spelled(event, **asked, whole=False)["epcList"] == ["urn:epc:id:sgtin:9521002.000001.X1"]
    assert spelling.spelled_uri(link, EpcFormat.ALWAYS_EPC_URN, seven, whole=False) == "urn:epc:id:sgtin:9521002.000001.X1"
