"""What stands around the events of an XML document: root, header with its master data, body; in the structure of JSON."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from app.capture.binding import xml_sbdh
from app.capture.binding import xml_values as values
from app.capture.binding.xml_fields import LOCAL, list_of, wrapper
from app.capture.binding.xml_names import Names
from app.capture.binding.xml_parse import Node, split
from app.capture.binding.xml_reading import (
    Out,
    Reader,
    State,
    Table,
    add,
    extension,
    only_instances,
    repeated,
    sequence,
    shown,
    table,
    text_of,
    uri,
)
from app.errors import Finding

_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z").search
_XSI = "http://www.w3.org/2001/XMLSchema-instance\n"


class Kind(NamedTuple):
    """A kind of document. target: the namespace of its own elements."""

    name: str
    version: str
    target: str

    @property
    def events(self) -> str:
        """Namespace of the elements of events."""
        return f"urn:epcglobal:epcis:xsd:{self.version[0]}"

    @property
    def results(self) -> str:
        """Name of the element of query results."""
        return f"{self.target}\nQueryResults"


def _kinds() -> dict[str, Kind]:
    found = {}
    spaces = {"EPCISDocument": "epcis", "EPCISQueryDocument": "epcis-query", "EPCISMasterDataDocument": "epcis-masterdata"}
    for version in ("1.2", "2.0"):
        for name, space in spaces.items():
            target = f"urn:epcglobal:{space}:xsd:{version[0]}"
            found[f"{target}\n{name}"] = Kind(name, version, target)
    return found


KINDS = _kinds()
"""Kinds of documents by the name of the root element."""


def list_path(kind: Kind) -> list[str]:
    """Names of the elements that lead from the root to the list of events."""
    if kind.name == "EPCISQueryDocument":
        return ["EPCISBody", kind.results, "resultsBody", "EventList"]
    return ["EPCISBody", "EventList"]


class Head:
    """The document without its events, as it becomes known."""

    def __init__(self, kind: Kind, names: Names, state: State) -> None:
        self.kind = kind
        self.document: Out = {"@context": [], "type": "EPCISQueryDocument" if kind.name == "EPCISQueryDocument" else "EPCISDocument"}
        self._names = names
        self._state = state
        self._header: Node | None = None

    def open(self, root: Node) -> None:
        """Take up what stands before the events."""
        self._root_attributes(root)
        for child in root[3] or ():
            if child[0] == "EPCISHeader" and child.__class__ is list:
                self._read_header(child)
                break
        self.document["epcisBody"] = self._empty_body()
        self.document["@context"] = self._names.context()

    def close(self, root: Node) -> None:
        """Take up the rest, and judge the whole around the events."""
        self._state.target = self.kind.target
        known = table(
            {"EPCISHeader": (None, self._header_again), "EPCISBody": (None, self._body), "extension": LOCAL}, other=True, attributes=True
        )
        root = [root[0], {name: value for name, value in (root[1] or {}).items() if name.startswith(_XSI)} or None, *root[2:]]
        sequence(self._state, root, known, self.document)
        if not any(child[0] == "EPCISBody" for child in root[3] or () if child.__class__ is list):
            finding = Finding("xml.missing", "", None, {"element": "EPCISBody", "parent": self.kind.name})
            self._state.fault(finding, root, "/EPCISBody")
        self.document["@context"] = self._names.context()

    def _root_attributes(self, root: Node) -> None:
        own = root[1] or {}
        for name, check, expected in (("schemaVersion", values.decimal, "decimal"), ("creationDate", values.date_time, "dateTime")):
            if name not in own:
                finding = Finding("xml.missing-attribute", "", None, {"attribute": name, "element": self.kind.name})
                self._state.fault(finding, root, name)
                continue
            self.document[name] = own[name].strip()
            if not check(own[name].strip()):
                self._state.wrong(root, own[name], expected, name)
            elif name == "creationDate" and not _ZONE(self.document[name]):
                self._state.change(Finding("xml.date-without-zone", "", shown(self.document[name]), {}), root)
                self.document[name] += "Z"
        for name, value in own.items():
            if name == "id":
                self.document["id"] = value
            elif "\n" in name and not name.startswith(_XSI):
                add(self.document, self._names.key(name), value)

    # -------------------------------------------------------------------------------------------- header

    def _read_header(self, node: Node) -> None:
        self._header = node
        known = _HEADER_1_2 if self.kind.version == "1.2" else _HEADER_2_0
        found: Out = {}
        self._state.document = self.document
        before, self._state.target = self._state.target, self.kind.events
        sequence(self._state, node, known, found)
        self._state.target = before
        if self.kind.version == "1.2" and not any(child[0] == xml_sbdh.NAME for child in node[3] or ()):
            finding = Finding("xml.missing", "", None, {"element": "StandardBusinessDocumentHeader", "parent": "EPCISHeader"})
            self._state.fault(finding, node, "/sbdh:StandardBusinessDocumentHeader")
        if found:
            self.document["epcisHeader"] = found

    def _header_again(self, state: State, node: Node, _out: Out) -> None:
        if node is not self._header:
            if self._header is None:
                self._read_header(node)
            else:
                state.fault(Finding("xml.repeated", "", None, {"element": "EPCISHeader"}), node)

    # -------------------------------------------------------------------------------------------- body

    def _empty_body(self) -> Out:
        if self.kind.name == "EPCISQueryDocument":
            return {"queryResults": {"resultsBody": {"eventList": []}}}
        return {"eventList": []}

    def _body(self, state: State, node: Node, _out: Out) -> None:
        body: Out = self.document["epcisBody"]
        if self.kind.name == "EPCISQueryDocument":
            body.clear()
            _query_body(state, node, self.kind, body)
        elif self.kind.name == "EPCISMasterDataDocument":
            found: Out = {}
            sequence(state, node, _MASTER_BODY, found)
            listed = found.pop("vocabularyList", None)
            body.update(found)
            if listed is not None:
                header = self.document.setdefault("epcisHeader", {})
                header.setdefault("epcisMasterData", {}).setdefault("vocabularyList", []).extend(listed)
        else:
            sequence(state, node, _BODY, body)


def _event_list(state: State, node: Node, _out: Out) -> None:
    """The list of events, whose events have been taken out."""
    for child in node[3] or ():
        if child.__class__ is str:
            state.fault(Finding("xml.unexpected-text", "", shown(child.strip()), {}), node)
    if node[3] is None and node[2] and not node[2].isspace():
        state.fault(Finding("xml.unexpected-text", "", shown(node[2].strip()), {}), node)
    only_instances(state, node)


def _query_body(state: State, node: Node, kind: Kind, body: Out) -> None:
    results = table(
        {"queryName": text_of, "subscriptionID": text_of, "resultsBody": _results_body, "extension": LOCAL},
        required=("queryName", "resultsBody"),
        other=True,
    )

    def read(inner: State, child: Node, _out: Out) -> Out:
        return sequence(inner, child, results, {})

    sequence(state, node, table({kind.results: ("queryResults", read)}, required=(kind.results,)), body)


def _results_body(state: State, node: Node, _out: Out) -> Out:
    out: Out = {}
    sequence(state, node, _RESULTS, out)
    found = [child for child in node[3] or () if child.__class__ is list]
    if len(found) != 1:
        state.fault(Finding("xml.missing", "", None, {"element": "EventList", "parent": "resultsBody"}), node, "/EventList")
    return out


def _results_events(state: State, node: Node, out: Out) -> None:
    _event_list(state, node, out)
    out["eventList"] = []


# ------------------------------------------------------------------------------------------------ master data


def _with_identifier(name: str, known: Table) -> Reader:
    """Reader of an element that one of its attributes identifies."""

    def read(state: State, node: Node, _out: Out) -> Out:
        own = dict(node[1] or {})
        out: Out = {}
        if name in own:
            out[name] = own.pop(name).strip()
            if not values.any_uri(out[name]):
                state.wrong(node, out[name], "anyURI", name)
        else:
            element = split(node[0])[1]
            state.fault(Finding("xml.missing-attribute", "", None, {"attribute": name, "element": element}), node, name)
        given, node[1] = node[1], own or None
        try:
            return sequence(state, node, known, out)
        finally:
            node[1] = given

    return read


def _attribute(state: State, node: Node, _out: Out) -> Out:
    """One attribute of master data: its name, and its value as an extension element has one."""
    own = dict(node[1] or {})
    out: Out = {}
    if "id" in own:
        out["id"] = own.pop("id").strip()
        if not values.any_uri(out["id"]):
            state.wrong(node, out["id"], "anyURI", "id")
    else:
        state.fault(Finding("xml.missing-attribute", "", None, {"attribute": "id", "element": "attribute"}), node, "id")
    only_instances(state, node)
    out["attribute"] = extension(state, [node[0], own or None, *node[2:]])
    return out


def _children(state: State, node: Node, out: Out) -> None:
    """Places inside a place; no children at all is as if the element were not there."""
    found = _identifiers(state, node, out)
    if found:
        out["children"] = found


_identifiers = list_of("id", uri, attributes=True)
_ELEMENT = _with_identifier(
    "id",
    table(
        {"attribute": repeated("attributes", _attribute), "children": (None, _children), "extension": LOCAL},
        many=("attribute",),
        other=True,
        attributes=True,
    ),
)
_VOCABULARY = _with_identifier(
    "type",
    table(
        {"VocabularyElementList": ("vocabularyElementList", list_of("VocabularyElement", _ELEMENT, least=1)), "extension": LOCAL},
        other=True,
        attributes=True,
    ),
)
_read_vocabularies = list_of("Vocabulary", _VOCABULARY)


def _vocabulary_list(state: State, node: Node, out: Out) -> Any:
    """Vocabularies, whose elements are of the namespace of events in every kind of document."""
    before, state.target = state.target, f"urn:epcglobal:epcis:xsd:{state.version[0]}"
    try:
        return _read_vocabularies(state, node, out)
    finally:
        state.target = before


_VOCABULARIES = ("vocabularyList", _vocabulary_list)
_MASTER_DATA = table({"VocabularyList": _VOCABULARIES, "extension": LOCAL}, required=("VocabularyList",))


def _master_data(state: State, node: Node, _out: Out) -> Out:
    return sequence(state, node, _MASTER_DATA, {})


def _sbdh(state: State, node: Node, out: Out) -> None:
    kept = xml_sbdh.read_sbdh(state, node, state.document)
    if kept is not None:
        out[state.names.key(xml_sbdh.NAME)] = kept


_EXTENSION = wrapper(table({"EPCISMasterData": ("epcisMasterData", _master_data), "extension": LOCAL}, attributes=True))
_HEADER_2_0 = table({xml_sbdh.NAME: (None, _sbdh), "extension": _EXTENSION}, attributes=True)
_HEADER_1_2 = table({xml_sbdh.NAME: (None, _sbdh), "extension": _EXTENSION}, other=True, attributes=True)
_BODY = table({"EventList": (None, _event_list), "extension": LOCAL}, other=True, attributes=True)
_MASTER_BODY = table({"VocabularyList": _VOCABULARIES, "extension": LOCAL}, other=True, attributes=True)
_RESULTS = table({"EventList": (None, _results_events), "VocabularyList": _VOCABULARIES})
