"""Fields of events in XML: readers of each, and tables of the sequences in EPCIS 2.0 and 1.2.

Source: EPCIS 2.0 and 1.2, XML bindings, the latter with what GS1 adapted for conversion; the tables are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.capture.binding import xml_values as values
from app.capture.binding.xml_parse import Node, split
from app.capture.binding.xml_reading import (
    Out,
    Reader,
    State,
    Table,
    add,
    leaf,
    left_out,
    loose_time,
    no_attributes,
    number,
    of_instances,
    only_instances,
    repeated,
    sequence,
    shown,
    table,
    text_of,
    text_only,
    time,
    uri,
)
from app.errors import Finding

_NIL = "http://www.w3.org/2001/XMLSchema-instance\nnil"
_BLANKS = " \t\r\n"

# ------------------------------------------------------------------------------------------------ lists


def _members(state: State, node: Node, names: frozenset[str], *, least: int = 0, attributes: bool = False) -> list[Node]:
    """Elements of a list that holds elements of one name; whatever else stands in it is a fault."""
    if node[1] is not None:
        (only_instances if attributes else no_attributes)(state, node)
    found = []
    for child in node[3] or ():
        if state.full:
            break
        if child.__class__ is str:
            state.fault(Finding("xml.unexpected-text", "", shown(child.strip()), {}), node)
        elif child[0] in names:
            found.append(child)
        else:
            namespace, local = split(child[0])
            state.fault(Finding("xml.unknown-element", "", None, {"element": shown(local), "namespace": shown(namespace)}), child)
    if node[3] is None and node[2] and not node[2].isspace():
        state.fault(Finding("xml.unexpected-text", "", shown(node[2].strip()), {}), node)
    if len(found) < least:
        [element] = names
        state.fault(Finding("xml.missing", "", None, {"element": element, "parent": split(node[0])[1]}), node, f"/{element}")
    return found


def list_of(element: str, read: Reader, *, least: int = 0, attributes: bool = False) -> Reader:
    """Reader of an element that is a list of elements of one name."""
    names = frozenset({element})

    def read_list(state: State, node: Node, out: Out) -> list[Any]:
        found = []
        for child in _members(state, node, names, least=least, attributes=attributes):
            found.append(read(state, child, out))
            if state.full:
                break
        return found

    return read_list


def _epcs(state: State, node: Node, out: Out) -> list[str]:
    found = []
    if node[1] is None and node[3] is not None:
        for child in node[3]:
            if child[0] != "epc" or child[1] is not None or child[3] is not None:
                return _any_epcs(state, node, out)  # type: ignore[no-any-return]  # readers give what JSON holds
            found.append(child[2].strip(_BLANKS))
        return found
    return _any_epcs(state, node, out)  # type: ignore[no-any-return]  # as above


_any_epcs = list_of("epc", text_of)


def _typed_list(element: str, *, needs_type: bool) -> Reader:
    """Reader of bizTransactionList, sourceList or destinationList: entries with a type and a value."""

    def read(state: State, node: Node, _out: Out) -> Out:
        found: Out = {}
        for attribute, value in (node[1] or {}).items():
            if attribute == "type":
                found["type"] = value.strip(_BLANKS)
                if not values.any_uri(found["type"]):
                    state.wrong(node, value, "anyURI", "type")
            elif attribute.startswith(_NIL[:-3]):
                of_instances(state, node, attribute)
            else:
                key = state.names.show()(attribute)
                state.fault(Finding("xml.unknown-attribute", "", None, {"attribute": shown(key), "element": element}), node, key)
        if needs_type and "type" not in found:
            state.fault(Finding("xml.missing-attribute", "", None, {"attribute": "type", "element": element}), node, "type")
        text = text_only(state, node)
        if not values.any_uri(text):
            state.wrong(node, text, "anyURI")
        found[element] = text
        return found

    return list_of(element, read, least=1)


# ------------------------------------------------------------------------------------------------ quantities, places, declarations


def _quantity(state: State, node: Node, out: Out) -> None:
    """Read a quantity into its element; a nil one says that the amount is unknown, as a missing one does."""
    own = node[1] or {}
    nil = own.get(_NIL)
    for name in own:
        if name != _NIL:
            no_attributes(state, [node[0], {name: ""}, "", None])
    text = text_only(state, node)
    if nil is None or nil.strip(_BLANKS) in ("false", "0"):
        out["quantity"] = number(state, node, text, "decimal", values.decimal)
    elif nil.strip(_BLANKS) not in ("true", "1"):
        state.wrong(node, nil, "boolean", "xsi:nil")
    elif node[3] is not None or node[2]:
        state.fault(Finding("xml.unexpected-text", "", shown(text), {}), node)


_QUANTITY = table({"epcClass": uri, "quantity": (None, _quantity), "uom": text_of}, required=("epcClass",))


def _quantity_element(state: State, node: Node, _out: Out) -> Out:
    found = sequence(state, node, _QUANTITY, {})
    if "uom" in found and "quantity" not in found and not any(child[0] == "quantity" for child in node[3]):
        state.fault(Finding("xml.missing", "", None, {"element": "quantity", "parent": "quantityElement"}), node, "/quantity")
    return found


def wrapper(known: Table) -> tuple[None, Reader]:
    """Reader of an element of XML only, whose content belongs to the object around it."""

    def read(state: State, node: Node, out: Out) -> None:
        sequence(state, node, known, out)

    return None, read


def object_of(known: Table) -> Reader:
    """Reader of an element that is an object of its own."""

    def read(state: State, node: Node, _out: Out) -> Out:
        return sequence(state, node, known, {})

    return read


LOCAL = wrapper(Table({}, local=True, attributes=True, filled=True))
"""`extension` for elements that a later version of EPCIS may bring."""

_PLACE = table({"id": uri, "extension": LOCAL}, required=("id",), other=True)
_ILMD = table({"extension": LOCAL}, other=True, attributes=True)
_CORRECTIVE = list_of("correctiveEventID", uri)
_DECLARATION = {
    "2.0": table(
        {"declarationTime": time, "reason": uri, "correctiveEventIDs": _CORRECTIVE, "extension": LOCAL},
        other=True,
        attributes=True,
        ordered=False,
    ),
    "1.2": table(
        {"declarationTime": loose_time, "reason": uri, "correctiveEventIDs": _CORRECTIVE, "extension": LOCAL},
        required=("declarationTime",),
        other=True,
        attributes=True,
    ),
}
_PERSISTENT = table({"unset": repeated("unset", uri), "set": repeated("set", uri)}, many=("unset", "set"))


# ------------------------------------------------------------------------------------------------ sensors

_URI, _TEXT, _TIME = (values.any_uri, "anyURI"), (values.any_text, "string"), (values.stamp, "dateTime")
_TRUTH, _HEX, _DOUBLE = (values.truth, "boolean"), (values.hexadecimal, "hexBinary"), (values.double, "double")
_METADATA = {
    **dict.fromkeys(("time", "startTime", "endTime"), _TIME),
    **dict.fromkeys(("deviceID", "deviceMetadata", "rawData", "bizRules", "dataProcessingMethod"), _URI),
}
_REPORT = {
    **dict.fromkeys(("value", "minValue", "maxValue", "sDev", "meanValue", "percRank", "percValue"), _DOUBLE),
    **dict.fromkeys(
        (
            "type", "component", "uriValue", "chemicalSubstance", "microorganism", "deviceID", "deviceMetadata", "rawData",
            "dataProcessingMethod", "coordinateReferenceSystem", "exception",
        ),
        _URI,
    ),
    **dict.fromkeys(("stringValue", "uom"), _TEXT),
    "booleanValue": _TRUTH,
    "hexBinaryValue": _HEX,
    "time": _TIME,
}  # fmt: skip


def _attributed(known: Mapping[str, tuple[values.Check, str]]) -> Reader:
    """Reader of an element whose fields are its attributes."""

    def read(state: State, node: Node, _out: Out) -> Out:
        out: Out = {}
        for name, value in (node[1] or {}).items():
            field = known.get(name)
            if field is not None:
                out[name] = _attribute(state, node, name, value, *field)
            elif name.startswith(_NIL[:-3]):
                of_instances(state, node, name)
            else:
                add(out, state.names.key(name), value)
        text = text_only(state, node)
        if text:
            left_out(state, node, text)
        return out

    return read


def _attribute(state: State, node: Node, name: str, value: str, check: values.Check, expected: str) -> Any:
    if check is values.any_text:
        return value
    text = value.strip(_BLANKS)
    if check is values.double:
        return number(state, node, text, expected, check, name)
    if not check(text):
        state.wrong(node, text, expected, name)
    elif check is values.truth:
        return values.boolean_of(text)
    return text


_read_metadata, _read_report = _attributed(_METADATA), _attributed(_REPORT)


_SENSOR: dict[str, Reader | tuple[None, Reader]] = {
    "sensorMetadata": _read_metadata,
    "sensorReport": repeated("sensorReport", _read_report),
    "extension": LOCAL,
}
_SENSOR_ELEMENT = object_of(table(_SENSOR, many=("sensorReport",), required=("sensorReport",), other=True))
_SENSORS = frozenset({"sensorElement", "extension"})


def _sensor_element(state: State, node: Node, out: Out) -> Any:
    """One sensor element; where the XSD does not look, the spelling of GS1's own example of 1.2 is taken."""
    if state.lax and node[3] is not None:
        for child in node[3]:
            if child[0] == "sensorMetaData":
                child[0] = "sensorMetadata"
    return _SENSOR_ELEMENT(state, node, out)


def _sensors(state: State, node: Node, out: Out) -> list[Out]:
    """sensorElementList; its `extension`, which may hold elements of later versions, has no place in a list and is not kept."""
    found = _members(state, node, _SENSORS)
    plain = [child for child in found if child[0] == "sensorElement"]
    if not plain:
        state.fault(Finding("xml.missing", "", None, {"element": "sensorElement", "parent": "sensorElementList"}), node, "/sensorElement")
    for place, child in enumerate(found):
        if child[0] == "extension":
            LOCAL[1](state, child, {})
            if place != len(found) - 1:
                state.fault(Finding("xml.wrong-order", "", None, {"element": "extension"}), child)
    return [_sensor_element(state, child, out) for child in plain]


# ------------------------------------------------------------------------------------------------ all fields by name


def _action(state: State, node: Node, _out: Out) -> str:
    """One of three words, without blanks around it: unlike all other values it is compared as it stands."""
    text = leaf(state, node)
    if not values.action(node[2]):
        state.wrong(node, node[2], "ADD, OBSERVE, DELETE")
    return text


def certificate(state: State, node: Node, out: Out) -> None:
    """Read one of the certificates of an event: the only one stays bare, several are a list."""
    add(out, "certificationInfo", uri(state, node, out))


READERS: dict[str, Reader] = {
    **dict.fromkeys(("epcList", "childEPCs", "inputEPCList", "outputEPCList"), _epcs),
    **dict.fromkeys(
        ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"), list_of("quantityElement", _quantity_element)
    ),
    **dict.fromkeys(("parentID", "bizStep", "disposition", "transformationID"), uri),
    **dict.fromkeys(("readPoint", "bizLocation"), object_of(_PLACE)),
    "action": _action,
    "bizTransactionList": _typed_list("bizTransaction", needs_type=False),
    "sourceList": _typed_list("source", needs_type=True),
    "destinationList": _typed_list("destination", needs_type=True),
    "sensorElementList": _sensors,
    "persistentDisposition": object_of(_PERSISTENT),
    "ilmd": object_of(_ILMD),
}
"""Readers of the fields that no version reads otherwise."""

DECLARATIONS = {version: object_of(known) for version, known in _DECLARATION.items()}
"""Readers of errorDeclaration by version."""
