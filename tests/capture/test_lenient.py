"""The lenient reader: what it repairs, what it leaves, and that it touches nothing that is right."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture import lenient, read_document, shape
from tests import SHARED
from tests.builders import CONTEXT, document, object_event
from tests.capture.test_spelling import everything, in_other_words

Path = tuple[str | int, ...]
REPORT: Path = ("sensorElementList", 0, "sensorReport", 0)
A_UUID = "3b6ca1de-3a4d-4d8e-8d8e-3c9d5e2f0a11"
A_URN, A_LINK = "urn:epc:id:sgtin:9521002.000001.A", "https://id.gs1.org/01/09521002000016/21/A"
A_PLACE, A_PLACE_URN = "https://id.gs1.org/414/9521002001013", "urn:epc:id:sgln:9521002.00101.0"
EVENT: Path = ("epcisBody", "eventList", 0)
POINTER = "/epcisBody/eventList/0"


def full() -> dict[str, Any]:
    """A valid ObjectEvent with something in most fields."""
    event = everything(parentID=None, childEPCs=None, inputEPCList=None, outputEPCList=None, transformationID=None, action="ADD")
    return {name: value for name, value in event.items() if value is not None}


def changed(value: Any, path: Path, now: Any) -> Any:
    """A copy with something else at a place; KeyError where the place does not exist."""
    made = copy.deepcopy(value)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if now is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = now
    return made


def codes(findings: list[Any]) -> list[str]:
    return [finding.code for finding in findings]


def repair(found: Any, *, bare: bool = False) -> tuple[Any, list[Any]]:
    """What the reader makes of a document, which it leaves as it was, and which it would not change again."""
    before = copy.deepcopy(found)
    made, findings = lenient.normalise(found, bare=bare)
    assert found == before
    again, more = lenient.normalise(made, bare=bare)
    assert again is made
    assert more == []
    return made, findings


@pytest.mark.parametrize("found", [document(object_event()), document(full()), document(full(), **{"example:note": 1}), document()])
def test_a_valid_document_comes_back_as_the_same_object(found: dict[str, Any]) -> None:
    assert shape.check_document(found) == []
    made, findings = lenient.normalise(found)

    assert made is found
    assert findings == []


_EXAMPLES = [] if SHARED is None else sorted((SHARED / "epcis-standard" / "examples-json").rglob("*.json*"))


@pytest.mark.skipif(not _EXAMPLES, reason="GS1's examples lie beside the repository")
def test_no_example_of_the_standard_is_changed() -> None:
    for path in _EXAMPLES:
        found = json.loads(path.read_bytes())
        made, findings = lenient.normalise(found, bare="epcisBody" not in found)
        assert made is found, path.name
        assert findings == [], path.name


CASES: list[tuple[str, Path, Any, Any, str]] = [
    # what, where in the event, what was sent, what it becomes, the code
    ("a word as URN", ("bizStep",), "urn:epcglobal:cbv:bizstep:shipping", "shipping", "lenient.respelled"),
    ("a word of the old web", ("bizStep",), "https://ns.gs1.org/cbv/BizStep-shipping", "shipping", "lenient.respelled"),
    ("a word in capitals with a gap", ("disposition",), "In Transit", "in_transit", "lenient.respelled"),
    ("a measurement of the web", (*REPORT, "type"), "https://gs1.org/voc/Temperature", "Temperature", "lenient.respelled"),
    ("an action in small letters", ("action",), "add", "ADD", "lenient.respelled"),
    ("a type in small letters", ("type",), "objectevent", "ObjectEvent", "lenient.respelled"),
    ("a type in a list", ("type",), ["ObjectEvent"], "ObjectEvent", "lenient.list-opened"),
    ("a quantity as text", ("quantityList", 0, "quantity"), "3", 3, "lenient.respelled"),
    ("a reading as text", (*REPORT, "value"), "4.5", 4.5, "lenient.respelled"),
    ("a unit in small letters", ("quantityList", 0, "uom"), "kgm", "KGM", "lenient.respelled"),
    ("an offset without colon", ("eventTimeZoneOffset",), "+0700", "+07:00", "lenient.respelled"),
    ("an offset of one digit", ("eventTimeZoneOffset",), "+7", "+07:00", "lenient.respelled"),
    ("a time without offset", ("eventTime",), "2026-06-12T19:30:00.000", "2026-06-12T19:30:00.000+07:00", "lenient.respelled"),
    ("a time with a space", ("eventTime",), "2026-06-12 19:30:00+07:00", "2026-06-12T19:30:00+07:00", "lenient.respelled"),
    ("a time with an offset without colon", ("eventTime",), "2026-06-12T19:30:00+0700", "2026-06-12T19:30:00+07:00", "lenient.respelled"),
    ("an item alone", ("epcList",), A_LINK, [A_LINK], "lenient.list-made"),
    ("items in the wrapper of XML", ("epcList",), {"epc": [A_URN]}, [A_URN], "lenient.list-made"),
    ("a quantity alone", ("quantityList",), {"epcClass": "urn:x:1"}, [{"epcClass": "urn:x:1"}], "lenient.list-made"),
    ("an item twice", ("epcList",), ["urn:x:1", "urn:x:1"], ["urn:x:1"], "lenient.duplicate-removed"),
    ("an element string", ("epcList", 0), "(01)09521002000016(21)A1", "https://id.gs1.org/01/09521002000016/21/A1", "lenient.respelled"),
    ("an SSCC in digits", ("epcList", 0), "095210020000000016", "https://id.gs1.org/00/095210020000000016", "lenient.respelled"),
    ("a GTIN as class", ("quantityList", 0, "epcClass"), "9521002000016", "https://id.gs1.org/01/09521002000016", "lenient.respelled"),
    ("a GLN as place", ("readPoint", "id"), "9521002001013", A_PLACE, "lenient.respelled"),
    ("a GLN as party", ("sourceList", 0, "source"), "9521002001013", "https://id.gs1.org/417/9521002001013", "lenient.respelled"),
    ("a GLN as destination", ("destinationList", 0, "destination"), "9521002001013", A_PLACE, "lenient.respelled"),
    ("a place as text", ("readPoint",), A_PLACE_URN, {"id": A_PLACE_URN}, "lenient.object-made"),
    ("spaces around an identifier", ("epcList", 0), " urn:x:1 ", "urn:x:1", "lenient.respelled"),
    ("a Vietnamese address", ("bizLocation", "id"), "https://x.vn/vườn 1", "https://x.vn/v%C6%B0%E1%BB%9Dn%201", "lenient.respelled"),
    ("a bare UUID", ("eventID",), A_UUID.upper(), f"urn:uuid:{A_UUID}", "lenient.respelled"),
    ("a document as text", ("bizTransactionList",), ["urn:x:1"], [{"bizTransaction": "urn:x:1"}], "lenient.object-made"),
    ("a document by value", ("bizTransactionList", 0), {"value": "urn:x:1"}, {"bizTransaction": "urn:x:1"}, "lenient.field-renamed"),
    ("a truth as text", (*REPORT, "booleanValue"), "True", True, "lenient.respelled"),
    ("states alone", ("persistentDisposition", "set"), "damaged", ["damaged"], "lenient.list-made"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "sent", "now", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_known_dialect_is_repaired_with_one_finding(path: Path, sent: Any, now: Any, code: str) -> None:
    event = full() | {"eventID": f"urn:uuid:{A_UUID}"}
    found = changed(document(event), (*EVENT, *path), sent)
    assert shape.check_document(found) != []

    made, findings = repair(found)

    assert shape.check_document(made) == []
    assert made == changed(document(event), (*EVENT, *path), now)
    assert codes(findings) == [code]
    assert findings[0].pointer.startswith(POINTER)
    assert findings[0].event == 1


NOTES: list[tuple[Path, str]] = [
    ((*EVENT, "_comment_architecture"), "lenient.note-removed"),
    ((*EVENT, "//"), "lenient.note-removed"),
    ((*EVENT, "sensorElementList", 0, "_comment"), "lenient.note-removed"),
    ((*EVENT, "sensorElementList", 0, "sensorReport", 0, "_comment"), "lenient.note-removed"),
    ((*EVENT, "ilmd", "_comment"), "lenient.note-removed"),
    ((*EVENT, "bizTransactionList", 0, "$comment"), "lenient.note-removed"),
    (("_scenario",), "lenient.note-removed"),
]


@pytest.mark.parametrize(("path", "code"), NOTES)
def test_notes_of_the_sender_are_left_out(path: Path, code: str) -> None:
    made, findings = repair(changed(document(full()), path, {"any": ["thing"]}))

    assert made == document(full())
    assert codes(findings) == [code]


def test_nothing_is_left_out_that_stands_under_an_extension() -> None:
    event = full() | {"example:thing": {"_comment": None, "list": []}, "bizStep": "urn:epcglobal:cbv:bizstep:shipping"}

    made, findings = repair(document(event))

    assert made == document(event | {"bizStep": "shipping"})
    assert codes(findings) == ["lenient.respelled"]


def test_fields_without_a_value_are_left_out() -> None:
    event = json.loads(json.dumps(full() | {"certificationInfo": None}))
    event["sensorElementList"][0]["sensorReport"][0]["component"] = None

    made, findings = repair(document(event))

    assert made == document(full())
    assert codes(findings) == ["lenient.null-removed"] * 2


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("isA", "type"),
        ("eventType", "type"),
        ("@type", "type"),
        ("EPCList", "epcList"),
        ("bizstep", "bizStep"),
        ("ILMD", "ilmd"),
        ("readpoint", "readPoint"),
    ],
)
def test_fields_by_another_name_are_known(name: str, now: str) -> None:
    event = {name if field == now else field: value for field, value in full().items()}

    made, findings = repair(document(event))

    assert made == document(full())
    assert codes(findings) == ["lenient.field-renamed"]


def test_a_missing_offset_is_that_of_the_time() -> None:
    made, findings = repair(document(object_event(eventTimeZoneOffset=None)))

    assert made == document(object_event())
    assert codes(findings) == ["lenient.offset-added"]
    assert findings[0].params["now"] == "+07:00"


def test_a_time_in_utc_has_the_offset_of_utc() -> None:
    made, _ = repair(document(object_event(eventTime="2026-06-12T12:30:00Z", eventTimeZoneOffset=None)))

    assert made["epcisBody"]["eventList"][0]["eventTimeZoneOffset"] == "+00:00"


HEADS: list[tuple[Path, Any, str]] = [
    (("@context",), None, "lenient.context-added"),
    (("schemaVersion",), None, "lenient.field-added"),
    (("schemaVersion",), 2.0, "lenient.respelled"),
    (("schemaVersion",), 2, "lenient.respelled"),
    (("creationDate",), None, "lenient.field-added"),
    (("creationDate",), "2026-06-12", "lenient.respelled"),
    (("creationDate",), "2026-06-12T12:00:00", "lenient.respelled"),
    (("type",), "epcis:EPCISDocument", "lenient.respelled"),
]


@pytest.mark.parametrize(("path", "sent", "code"), HEADS)
def test_the_document_around_the_events_is_repaired(path: Path, sent: Any, code: str) -> None:
    made, findings = repair(changed(document(object_event()), path, sent))

    assert shape.check_document(made) == []
    assert codes(findings) == [code]
    assert made["schemaVersion"] == "2.0"
    assert made["epcisBody"] == document(object_event())["epcisBody"]


def test_a_document_of_an_old_draft_is_read() -> None:
    event = {"isA" if name == "type" else name: value for name, value in object_event().items()}
    found = {"context": CONTEXT, "isA": "EPCISDocument", "schemaVersion": 2.0, "creationDate": "2026-06-12T12:00:00Z", "eventList": [event]}

    made, findings = repair(found)

    assert shape.check_document(made) == []
    assert made["epcisBody"]["eventList"] == [object_event()]
    assert set(codes(findings)) == {"lenient.field-renamed", "lenient.field-moved", "lenient.respelled"}


@pytest.mark.parametrize("found", [[object_event()], object_event() | {"@context": [CONTEXT]}])
def test_events_without_a_document_get_one(found: Any) -> None:
    made, findings = repair(found)

    assert shape.check_document(made) == []
    assert codes(findings)[0] == "lenient.document-made"


def test_a_missing_creation_date_is_that_of_the_last_event() -> None:
    events = [object_event(eventTime=f"2026-06-{day}T08:00:00+07:00") for day in ("10", "12", "11")]

    made, _ = repair(changed(document(*events), ("creationDate",), None))

    assert made["creationDate"] == "2026-06-12T08:00:00+07:00"


def test_a_bare_event_gets_a_context() -> None:
    made, findings = repair(object_event(), bare=True)

    assert shape.check_event(made) == []
    assert codes(findings) == ["lenient.context-added"]


def test_a_head_and_its_events_can_be_repaired_one_by_one() -> None:
    event = object_event(bizStep="urn:epcglobal:cbv:bizstep:shipping")
    head, of_head = lenient.normalise_head(document() | {"schemaVersion": 2.0}, created="2026-06-12T12:00:00Z")
    made, of_event = lenient.normalise_event(event, "/epcisBody/eventList/7", 8)

    assert head == document()
    assert made == object_event()
    assert codes(of_head) == codes(of_event) == ["lenient.respelled"]
    assert (of_event[0].pointer, of_event[0].event) == ("/epcisBody/eventList/7/bizStep", 8)


LEFT: list[tuple[Path, Any]] = [
    (("bizStep",), "transforming"),
    (("bizStep",), "urn:epcglobal:cbv:bizstep:transforming"),
    (("eventTime",), "22-07-2026"),
    (("eventTimeZoneOffset",), "Asia/Ho_Chi_Minh"),
    (("eventTimeZoneOffset",), "+15:00"),
    (("quantityList", 0, "quantity"), "3,5"),
    (("quantityList", 0, "quantity"), "twenty"),
    (("quantityList", 0, "quantity"), "9" * 5000),
    (("quantityList", 0, "uom"), "kilo"),
    (("epcList", 0), "9521002000016"),
    (("epcList", 0), "(01)09521002000017(21)A"),
    (("readPoint", "id"), "9521002001014"),
    (("ilmd", "materialType"), "lychee"),
    (("action",), "CREATE"),
    (("weight",), 5),
    (("type",), "ObjectEvents"),
]


@pytest.mark.parametrize(("path", "sent"), LEFT)
def test_what_could_mean_several_things_is_left_for_its_finding(path: Path, sent: Any) -> None:
    found = changed(document(full()), (*EVENT, *path), sent)

    made, findings = repair(found)

    assert made is found
    assert findings == []
    assert shape.check_document(made) != []


def test_every_word_in_another_spelling_is_one_finding() -> None:
    made, findings = repair(document(in_other_words(full(), "old web")))

    assert made["epcisBody"]["eventList"][0]["bizStep"] == "shipping"
    assert {finding.params["field"] for finding in findings} == {
        "bizStep", "disposition", "set", "unset", "type", "reason", "component", "exception",
    }  # fmt: skip


def test_the_urn_of_a_word_in_an_event_of_an_extension_type_is_bare_afterwards() -> None:
    event = {
        "type": "example:Event",
        "eventTime": "2026-06-12T08:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "bizStep": "urn:epcglobal:cbv:bizstep:shipping",
        "free": 1,
    }

    made, findings = repair(document(event))

    assert made["epcisBody"]["eventList"][0] == event | {"bizStep": "shipping"}
    assert codes(findings) == ["lenient.respelled"]


@pytest.mark.parametrize(
    "found", [None, 5, "text", [], [1], {}, {"type": 5}, {"epcisBody": 5}, {"type": "EPCISDocument", "epcisBody": {"eventList": [5, None]}}]
)
def test_what_is_no_document_at_all_is_left_to_its_finding(found: Any) -> None:
    made, _ = lenient.normalise(found)
    again, more = lenient.normalise(made)

    assert shape.check_document(made) != []
    assert again is made
    assert more == []


_TEXTS = (
    "ADD", "add", "shipping", "urn:epcglobal:cbv:bizstep:shipping", "2026-06-12 08:00:00", "+7", "9521002001013", "urn:x:1", "1.5",
)  # fmt: skip
_KEYS = ("epc", "type", "id", "_note", "a:b", "value", "set", "quantity")
_LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.just(1.5) | st.text(max_size=6) | st.sampled_from(_TEXTS)
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3), max_leaves=5
)
_NAMES = st.sampled_from(
    sorted({*full(), "isA", "@type", "eventType", "ILMD", "epclist", "_note", "eventID", "id", "@id", "certificationInfo"})
)


@given(
    st.dictionaries(_NAMES, _JSON, max_size=4),
    st.sets(_NAMES, max_size=3),
    st.dictionaries(
        st.sampled_from(["@context", "isA", "schemaVersion", "creationDate", "epcisHeader", "context", "_x"]), _JSON, max_size=2
    ),
)
def test_whatever_comes_is_changed_once_and_never_raises(changes: dict[str, Any], gone: set[str], head: dict[str, Any]) -> None:
    event = {name: value for name, value in (full() | changes).items() if name not in gone}
    found = document(event) | head
    valid = shape.check_document(found) == []

    made, findings = repair(found)

    if valid:
        assert made is found
        assert findings == []
    assert (made is found) == (findings == [])
    assert read_document.loads(json.dumps(made).encode()) == made


def test_the_name_of_a_blank_node_is_left_out() -> None:
    made, findings = repair(document(object_event()) | {"id": "_:document1"})

    assert made == document(object_event())
    assert [(each.code, each.pointer, each.value) for each in findings] == [("lenient.field-removed", "/id", "_:document1")]


@pytest.mark.parametrize("said", ["epcis:SensorElement", "SensorElement", "https://ns.gs1.org/epcis/SensorElement"])
def test_a_type_that_only_names_the_place_is_left_out(said: str) -> None:
    made, findings = repair(changed(document(full()), (*EVENT, "sensorElementList", 0, "type"), said))

    assert made == document(full())
    assert codes(findings) == ["lenient.field-removed"]


def test_a_type_that_says_something_else_is_left_for_its_finding() -> None:
    made, findings = repair(changed(document(full()), (*EVENT, "sensorElementList", 0, "type"), "ex:Thermometer"))

    assert findings == []
    assert [(each.code, each.pointer) for each in shape.check_document(made)] == [
        ("shape.unknown-field", f"{POINTER}/sensorElementList/0/type")
    ]
