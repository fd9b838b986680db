"""Hypothesis strategies that make whole EPCIS documents of good shape: five types, extensions, master data, sensors, error declarations."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
NAMESPACES = {"ext": "https://ns.example.com/epcis/", "other": "urn:example:other:", "cbvmda": "urn:epcglobal:cbv:mda"}

_ALPHABET = st.sampled_from("aZ09 àđữ漢𝒳<>&'\"]\t\n\r\u0085\u2028")
TEXT = st.text(_ALPHABET, min_size=1, max_size=12).filter(lambda text: not text.isspace())
_LOCAL = st.sampled_from(["field", "a", "Name", "x-y.z", "_u", "9a", "a/b", "_x0041_", "type", "extension2"])
_PREFIX = st.sampled_from(["ext", "other"])
KEY = st.builds("{}:{}".format, _PREFIX, _LOCAL)
_TIME = st.sampled_from(["2026-06-20T10:00:00.000+07:00", "2026-06-20T03:00:00Z", "2020-02-29T23:59:59.123456-14:00"])
_NUMBER = st.one_of(
    st.integers(0, 2**53 - 1), st.floats(0, 1e300, allow_nan=False), st.sampled_from([0.1, 1e-7, 200.0, 1e22, 123456789.125])
)
_EPC = st.builds("urn:epc:id:sgtin:9521001.00000{}.{}".format, st.integers(1, 9), st.integers(1, 999))
_CLASS = st.builds("urn:epc:class:lgtin:9521001.00000{}.L{}".format, st.integers(1, 9), st.integers(1, 99))
_PLACE = st.sampled_from(["urn:epc:id:sgln:9521001.00001.0", "https://id.gs1.org/414/9521001000017", "https://place.example.vn/a?b=1&c=2"])
_PARTY = st.sampled_from(["urn:epc:id:pgln:9521001.00001", "https://party.example.vn/x"])
_STEP = st.sampled_from(["shipping", "commissioning", "https://words.example.vn/step/thu-hoach"])
_STATE = st.sampled_from(["in_transit", "active", "urn:example:disp:held"])
_ID = st.uuids(version=4).map(lambda number: f"urn:uuid:{number}")


def some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with these members."""
    return st.fixed_dictionaries(required, optional=optional)


_LEAF = st.one_of(TEXT, TEXT, TEXT, _NUMBER, st.booleans(), st.just(""), st.none())
_VALUE = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(KEY, KEY, st.sampled_from(["bare", "value"])), inner, max_size=3),
        st.fixed_dictionaries({"@lang": TEXT, "#text": TEXT}),
    ),
    max_leaves=5,
)
EXTENSIONS = st.dictionaries(KEY, _VALUE, max_size=2)


def _with_extensions(
    base: st.SearchStrategy[dict[str, Any]], more: st.SearchStrategy[dict[str, Any]] = EXTENSIONS
) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(base, more).map(_merged)


def _merged(parts: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


_PLAIN = st.dictionaries(KEY, TEXT, max_size=1)
_QUANTITY = st.one_of(
    some({"epcClass": _CLASS}, {}), some({"epcClass": _CLASS, "quantity": _NUMBER}, {"uom": st.sampled_from(["KGM", "LTR"])})
)
_POINT = _with_extensions(some({"id": _PLACE}, {}))
_METADATA = _with_extensions(
    some({}, {"time": _TIME, "deviceID": _PLACE, "bizRules": _PLACE, "startTime": _TIME, "endTime": _TIME, "rawData": _PLACE}), _PLAIN
)
_REPORT = _with_extensions(
    some(
        {"type": st.sampled_from(["Temperature", "AbsoluteHumidity", "https://words.example.vn/pH"])},
        {
            "value": _NUMBER, "uom": TEXT, "component": st.sampled_from(["x", "latitude", "ext:q"]),
            "stringValue": TEXT, "booleanValue": st.booleans(),
            "hexBinaryValue": st.sampled_from(["00", "f0F1"]), "uriValue": _PLACE, "minValue": _NUMBER, "maxValue": _NUMBER, "time": _TIME,
            "exception": st.just("ALARM_CONDITION"), "bizRules": _PLACE, "percRank": _NUMBER, "deviceMetadata": _PLACE,
        },
    ),
    _PLAIN,
)  # fmt: skip
_SENSOR = _with_extensions(some({"sensorReport": st.lists(_REPORT, min_size=1, max_size=2)}, {"sensorMetadata": _METADATA}))
_ERROR = _with_extensions(
    some(
        {"declarationTime": _TIME},
        {"reason": st.sampled_from(["incorrect_data", "urn:example:er:x"]), "correctiveEventIDs": st.lists(_ID, min_size=1, max_size=2)},
    )
)
_COMMON = {
    "recordTime": _TIME, "eventID": _ID, "errorDeclaration": _ERROR,
    "certificationInfo": st.one_of(_PLACE, st.lists(_PLACE, min_size=1, max_size=3)),
}  # fmt: skip
_HEAD = {"eventTime": _TIME, "eventTimeZoneOffset": st.sampled_from(["+07:00", "-14:00"])}


def _listed(inner: Any) -> Any:
    return st.lists(inner, min_size=1, max_size=2)


_WHY = {
    "bizStep": _STEP, "disposition": _STATE, "readPoint": _POINT, "bizLocation": _POINT,
    "bizTransactionList": _listed(some({"bizTransaction": _PLACE}, {"type": st.sampled_from(["po", "urn:example:btt:x"])})),
    "sourceList": _listed(some({"type": st.sampled_from(["owning_party", "location"]), "source": _PARTY}, {})),
    "destinationList": _listed(some({"type": st.just("possessing_party"), "destination": _PARTY}, {})),
    "sensorElementList": _listed(_SENSOR),
}  # fmt: skip
_ILMD = _with_extensions(some({}, {"cbvmda:lotNumber": TEXT}))
_STATES = st.one_of(
    some({"set": st.just(["completeness_verified"])}, {"unset": st.just(["completeness_inferred"])}),
    some({"unset": st.just(["expired"])}, {}),
)
_EPCS = st.lists(_EPC, min_size=1, max_size=3, unique=True)
_QUANTITIES = st.lists(_QUANTITY, min_size=1, max_size=2)


def _event(kind: str, required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return _with_extensions(
        some(
            {"type": st.just(kind), **_HEAD, **required},
            {name: value for name, value in {**_COMMON, **_WHY, **optional}.items() if name not in required},
        )
    )


_MOVE = {"action": st.sampled_from(["OBSERVE", "DELETE"])}
OBJECT = st.one_of(
    _event("ObjectEvent", {**_MOVE, "epcList": _EPCS}, {"quantityList": _QUANTITIES, "persistentDisposition": _STATES}),
    _event("ObjectEvent", {"action": st.just("ADD"), "quantityList": _QUANTITIES}, {"ilmd": _ILMD}),
)
AGGREGATION = _event("AggregationEvent", {**_MOVE, "parentID": _EPC, "childEPCs": _EPCS}, {"childQuantityList": _QUANTITIES})
TRANSACTION = _event("TransactionEvent", {**_MOVE, "bizTransactionList": _WHY["bizTransactionList"], "epcList": _EPCS}, {"parentID": _EPC})
TRANSFORMATION = _event(
    "TransformationEvent",
    {"inputEPCList": _EPCS, "outputQuantityList": _QUANTITIES},
    {"inputQuantityList": _QUANTITIES, "outputEPCList": _EPCS, "transformationID": _PLACE, "ilmd": _ILMD, "persistentDisposition": _STATES},
)
ASSOCIATION = _event("AssociationEvent", {**_MOVE, "parentID": _EPC, "childEPCs": _EPCS}, {"childQuantityList": _QUANTITIES})
EVENT = st.one_of(OBJECT, AGGREGATION, TRANSACTION, TRANSFORMATION, ASSOCIATION)

_ATTRIBUTE = some(
    {"id": st.sampled_from(["urn:epcglobal:cbv:mda:site", "https://a.example.vn/x"])}, {"attribute": st.one_of(TEXT, _NUMBER, EXTENSIONS)}
)
_ELEMENT = some(
    {"id": _PLACE}, {"attributes": st.lists(_ATTRIBUTE, min_size=1, max_size=2), "children": st.lists(_PLACE, min_size=1, max_size=2)}
)
_VOCABULARY = some(
    {"type": st.just("urn:epcglobal:epcis:vtype:BusinessLocation")}, {"vocabularyElementList": st.lists(_ELEMENT, max_size=2)}
)
_HEADER = some({"epcisMasterData": some({"vocabularyList": st.lists(_VOCABULARY, max_size=2)}, {})}, {})
_PARTNERS = some(
    {"sender": TEXT.map(str.strip), "receiver": st.just("urn:epc:id:sgln:9521001.00001.0"), "instanceIdentifier": st.just("42")}, {}
)


_WHOLE = some(
    {
        "@context": st.just([CONTEXT, {name: space for name, space in NAMESPACES.items() if name != "cbvmda"}]),
        "type": st.just("EPCISDocument"),
        "schemaVersion": st.just("2.0"),
        "creationDate": _TIME,
    },
    {"id": st.just("https://id.example.vn/d/1"), "epcisHeader": _HEADER},
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """EPCISDocuments with up to three events."""
    events = [draw(EVENT) for _ in range(draw(st.integers(1, 3)))]
    partners = draw(_PARTNERS) if draw(st.booleans()) else {}
    return {**draw(_WHOLE), **partners, **draw(_PLAIN), "epcisBody": {"eventList": events}}
