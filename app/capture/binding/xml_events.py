"""Events in XML: the sequences of EPCIS 2.0 and 1.2, and what they are in JSON.

In 1.2 much stands in `extension` and `baseExtension`; what came with 2.0 stands one `extension` deeper, as GS1 adapted it, where the XSD
looks at nothing: there any order is taken, and what is wrong is left to those who judge the JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.capture.binding import xml_values as values
from app.capture.binding.xml_fields import DECLARATIONS, READERS, certificate, wrapper
from app.capture.binding.xml_parse import Node, split
from app.capture.binding.xml_reading import (
    EMPTY_IN_1_2,
    Out,
    Reader,
    State,
    Table,
    leaf,
    loose_time,
    no_attributes,
    number,
    only_instances,
    sequence,
    shown,
    stray,
    table,
    text_of,
    time,
    uri,
)
from app.capture.binding.xml_repairs import repaired
from app.errors import Finding

OWN = "urn:truyxuat:epcis:"
"""Namespace of what we add to documents, such as the second certificate of an event in 2.0, for which the XSD has no place."""

_BEGIN = ("eventTime", "eventTimeZoneOffset")
_WHY = "action bizStep disposition readPoint bizLocation"
_ENDS = "sourceList destinationList sensorElementList persistentDisposition"


def _fields(names: str) -> dict[str, Any]:
    return {name: READERS[name] for name in names.split()}


# ------------------------------------------------------------------------------------------------ EPCIS 2.0

_CERTIFICATES: tuple[None, Reader] = (None, certificate)
_ANYWHERE = {**_fields(" ".join(READERS)), "eventID": uri, "certificationInfo": _CERTIFICATES}
_ELSEWHERE = {version: table({**_ANYWHERE, "errorDeclaration": DECLARATIONS[version]}).fields for version in DECLARATIONS}
_FURTHER = f"{OWN}\ncertificationInfo"
_OTHER = wrapper(Table({}, other=True, attributes=True, filled=True, elsewhere=_ELSEWHERE["2.0"]))
_BASE = wrapper(
    table(
        {_FURTHER: _CERTIFICATES},
        many=(_FURTHER,),
        other=True,
        attributes=True,
        filled=True,
        ordered=False,
        elsewhere=_ELSEWHERE["2.0"],
    )
)
_COMMON_2_0: dict[str, Any] = {
    "eventTime": time,
    "recordTime": time,
    "eventTimeZoneOffset": text_of,
    "eventID": uri,
    "errorDeclaration": DECLARATIONS["2.0"],
    "certificationInfo": _CERTIFICATES,
    "baseExtension": _BASE,
}


def _event_2_0(names: str, *required: str) -> Table:
    fields = {**_COMMON_2_0, **_fields(names), "extension": _OTHER}
    return table(fields, required=_BEGIN + required, other=True, attributes=True)


_EVENTS_2_0 = {
    "ObjectEvent": _event_2_0(f"epcList {_WHY} bizTransactionList quantityList {_ENDS} ilmd", "action"),
    "AggregationEvent": _event_2_0(f"parentID childEPCs {_WHY} bizTransactionList childQuantityList {_ENDS}", "action"),
    "TransactionEvent": _event_2_0(f"bizTransactionList parentID epcList {_WHY} quantityList {_ENDS}", "bizTransactionList", "action"),
    "TransformationEvent": _event_2_0(
        "inputEPCList inputQuantityList outputEPCList outputQuantityList transformationID bizStep disposition readPoint bizLocation "
        f"bizTransactionList {_ENDS} ilmd"
    ),
    "AssociationEvent": _event_2_0(f"parentID childEPCs childQuantityList {_WHY} bizTransactionList {_ENDS}", "parentID", "action"),
}

# ------------------------------------------------------------------------------------------------ EPCIS 1.2


def _later(known: Table) -> tuple[None, Reader]:
    """An `extension` kept for later versions of EPCIS: elements without namespace, whose content the XSD does not judge."""

    def read(state: State, node: Node, out: Out) -> None:
        only_instances(state, node)
        children = [child for child in node[3] or () if child.__class__ is list]
        for child in children:
            namespace, local = split(child[0])
            if namespace:
                state.fault(Finding("xml.unknown-element", "", None, {"element": shown(local), "namespace": shown(namespace)}), child)
        if not children:
            state.fault(Finding("xml.empty", "", None, {"element": "extension"}), node)
        for text in [node[2] if node[3] is None else "", *(child for child in node[3] or () if child.__class__ is str)]:
            if text and not text.isspace():
                stray(state, node, text)
        _loosely(state, node, known, out)

    return None, read


def _loosely(state: State, node: Node, known: Table, out: Out) -> Out:
    """Read an element that the XSD does not look into."""
    before, state.lax = state.lax, True
    try:
        return sequence(state, node, known, out)
    finally:
        state.lax = before


_LATER = _later(
    table(
        {**_fields("sensorElementList persistentDisposition"), "certificationInfo": _CERTIFICATES}, many=("certificationInfo",), local=True
    )
)
_LATER_BASE = _later(table({"certificationInfo": _CERTIFICATES}, many=("certificationInfo",), local=True))
_COMMON_1_2: dict[str, Any] = {
    "eventTime": loose_time,
    "recordTime": loose_time,
    "eventTimeZoneOffset": text_of,
    "baseExtension": wrapper(table({"eventID": uri, "errorDeclaration": DECLARATIONS["1.2"], "extension": _LATER_BASE}, attributes=True)),
}


def _event_1_2(names: str, extended: str, *required: str, **first: Reader) -> Table:
    extension = wrapper(table({**_fields(extended), "extension": _LATER}, attributes=True)) if extended else _LATER
    fields = {**_COMMON_1_2, **first, **_fields(names), "extension": extension}
    return table(fields, required=_BEGIN + required, other=True, attributes=True, elsewhere=_ELSEWHERE["1.2"])


def _whole_number(state: State, node: Node, _out: Out) -> Any:
    return number(state, node, leaf(state, node), "int", values.small_integer)


_EVENTS_1_2 = {
    "ObjectEvent": _event_1_2(f"epcList {_WHY} bizTransactionList", "quantityList sourceList destinationList ilmd", "epcList", "action"),
    "AggregationEvent": _event_1_2(
        f"parentID childEPCs {_WHY} bizTransactionList", "childQuantityList sourceList destinationList", "childEPCs", "action"
    ),
    "TransactionEvent": _event_1_2(
        f"bizTransactionList parentID epcList {_WHY}", "quantityList sourceList destinationList", "bizTransactionList", "epcList", "action"
    ),
    "QuantityEvent": _event_1_2(
        "bizStep disposition readPoint bizLocation bizTransactionList", "", "epcClass", "quantity", epcClass=uri, quantity=_whole_number
    ),
}
_TRANSFORMATION_1_2 = _event_1_2(
    "inputEPCList inputQuantityList outputEPCList outputQuantityList transformationID bizStep disposition readPoint bizLocation "
    "bizTransactionList sourceList destinationList ilmd",
    "",
)

# ------------------------------------------------------------------------------------------------ events the XSD does not look into

_LOOSE = {
    version: table(
        {
            **common,
            **_ANYWHERE,
            "errorDeclaration": DECLARATIONS[version],
            "baseExtension": wrapper(
                table({**_ANYWHERE, "errorDeclaration": DECLARATIONS[version]}, local=True, other=True, ordered=False)
            ),
        },
        many=("certificationInfo",),
        local=True,
        other=True,
        attributes=True,
        ordered=False,
    )
    for version, common in (("2.0", _COMMON_2_0), ("1.2", _COMMON_1_2))
}

# ------------------------------------------------------------------------------------------------ the list of events


def events_of(state: State, node: Node) -> Iterator[Out | None]:
    """Events of one element of EventList: itself, or those that its `extension` holds; None for what is no event."""
    known = (_EVENTS_2_0 if state.version == "2.0" else _EVENTS_1_2).get(node[0])
    if known is not None:
        yield _event(state, node, known)
    elif state.lenient and state.version == "1.2" and node[0] in _EVENTS_2_0:
        yield _misplaced(state, node)
    elif node[0] == "extension":
        yield from (_extension_2_0 if state.version == "2.0" else _extension_1_2)(state, node)
    else:
        _unknown(state, node)
        yield None


def _event(state: State, node: Node, known: Table) -> Out:
    out = sequence(state, node, known, {"type": node[0]})
    if state.repairs:
        repaired(state, node, out)
    if state.version == "1.2":
        for name in EMPTY_IN_1_2:
            if name in out and not out[name]:
                del out[name]
        if node[0] == "QuantityEvent":
            _as_object_event(state, node, out)
    return out


def _as_object_event(state: State, node: Node, out: Out) -> None:
    """The event of a class and an amount that 1.2 had, as ObjectEvent."""
    out["type"] = "ObjectEvent"
    out["action"] = "OBSERVE"
    out["quantityList"] = [{name: out.pop(name) for name in ("epcClass", "quantity") if name in out}]
    state.change(Finding("xml.quantity-event", "", None, {}), node)


def _loose_event(state: State, node: Node) -> Out:
    """An event of an extension type, or one that came after 1.2."""
    return _loosely(state, node, _LOOSE[state.version], {"type": state.names.key(node[0])})


def _extension_2_0(state: State, node: Node) -> Iterator[Out | None]:
    """Events of extension types."""
    only_instances(state, node)
    for child in _elements(state, node):
        if state.lenient and child[0] in _EVENTS_2_0:
            yield _misplaced(state, child)
            continue
        namespace, _ = split(child[0])
        if namespace and namespace != state.target:
            yield _loose_event(state, child)
        else:
            _unknown(state, child)
            yield None


def _extension_1_2(state: State, node: Node) -> Iterator[Out | None]:
    """A TransformationEvent, or in a further `extension` what came after 1.2: the AssociationEvent, events of extension types."""
    if node[1] is not None:
        no_attributes(state, node)
    children = _elements(state, node)
    for place, child in enumerate(children):
        if place:
            state.fault(Finding("xml.repeated", "", None, {"element": shown(split(child[0])[1])}), child)
        if child[0] == "TransformationEvent":
            yield _event(state, child, _TRANSFORMATION_1_2)
        elif child[0] == "extension":
            only_instances(state, child)
            for inner in _elements(state, child):
                if "\n" in inner[0]:
                    _unknown(state, inner)
                    yield None
                else:
                    yield _loose_event(state, inner)
        else:
            _unknown(state, child)
            yield None


def _misplaced(state: State, node: Node) -> Out:
    """An event in the place that the other version has for it."""
    state.change(Finding("lenient.element-place", "", None, {"element": node[0]}), node)
    return _event(state, node, _EVENTS_2_0[node[0]])


def _elements(state: State, node: Node) -> list[Node]:
    """Elements of an `extension` of the list of events, which is never empty and holds no text."""
    children = [child for child in node[3] or () if child.__class__ is list]
    if not children:
        state.fault(Finding("xml.empty", "", None, {"element": "extension"}), node)
    for text in [node[2] if node[3] is None else "", *(child for child in node[3] or () if child.__class__ is str)]:
        if text and not text.isspace():
            stray(state, node, text)
    return children


def _unknown(state: State, node: Node) -> None:
    namespace, local = split(node[0])
    state.fault(Finding("xml.unknown-event", "", None, {"element": shown(local), "namespace": shown(namespace)}), node)
