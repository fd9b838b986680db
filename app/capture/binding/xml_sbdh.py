"""The Standard Business Document Header of an XML document: sender, receiver and identifier for JSON, the rest kept as it is.

Source: UN/CEFACT SBDH 1.3 as GS1 ships it with EPCIS.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from app.capture.binding import xml_values as values
from app.capture.binding.xml_names import SBDH
from app.capture.binding.xml_parse import Node, split
from app.capture.binding.xml_reading import Out, State, extension, no_attributes, shown, text_only
from app.errors import Finding

NAME = f"{SBDH}\nStandardBusinessDocumentHeader"

_SIMPLE = {
    "string": values.any_text,
    "dateTime": values.date_time,
    "boolean": values.truth,
    "integer": values.integer,
    "anyURI": values.any_uri,
}
_MANY = 1_000_000


class _Part(NamedTuple):
    """An element of a sequence: what it holds, and how often it stands."""

    name: str
    kind: str
    least: int = 1
    most: int = 1


def _texts(names: str) -> tuple[_Part, ...]:
    """Parts with texts; a name with a question mark may be missing."""
    return tuple(_Part(name.rstrip("?"), "string", 0 if name.endswith("?") else 1) for name in names.split())


_KINDS: dict[str, tuple[_Part, ...]] = {
    "Header": (
        _Part("HeaderVersion", "string"),
        _Part("Sender", "Partner", 1, _MANY),
        _Part("Receiver", "Partner", 1, _MANY),
        _Part("DocumentIdentification", "Identification"),
        _Part("Manifest", "Manifest", 0),
        _Part("BusinessScope", "BusinessScope", 0),
    ),
    "Partner": (_Part("Identifier", "Identifier"), _Part("ContactInformation", "Contact", 0, _MANY)),
    "Contact": _texts("Contact EmailAddress? FaxNumber? TelephoneNumber? ContactTypeIdentifier?"),
    "Identification": (
        *_texts("Standard TypeVersion InstanceIdentifier Type"),
        _Part("MultipleType", "boolean", 0),
        _Part("CreationDateAndTime", "dateTime"),
    ),
    "Manifest": (_Part("NumberOfItems", "integer"), _Part("ManifestItem", "Item", 1, _MANY)),
    "Item": (
        _Part("MimeTypeQualifierCode", "string"),
        _Part("UniformResourceIdentifier", "anyURI"),
        *_texts("Description? LanguageCode?"),
    ),
    "BusinessScope": (_Part("Scope", "Scope", 0, _MANY),),
    "Scope": (
        *_texts("Type InstanceIdentifier Identifier?"),
        _Part("CorrelationInformation|BusinessService", "Information", 0, _MANY),
    ),
    "CorrelationInformation": (
        _Part("RequestingDocumentCreationDateTime", "dateTime", 0),
        _Part("RequestingDocumentInstanceIdentifier", "string", 0),
        _Part("ExpectedResponseDateTime", "dateTime", 0),
    ),
    "BusinessService": (_Part("BusinessServiceName", "string", 0), _Part("ServiceTransaction", "Transaction", 0)),
    "Transaction": (),
}
_ATTRIBUTES = {
    "Identifier": frozenset({"Authority"}),
    "Transaction": frozenset({
        "TypeOfServiceTransaction", "IsNonRepudiationRequired", "IsAuthenticationRequired", "IsNonRepudiationOfReceiptRequired",
        "IsIntegrityCheckRequired", "IsApplicationErrorResponseRequested", "TimeToAcknowledgeReceipt", "TimeToAcknowledgeAcceptance",
        "TimeToPerform", "Recurrence",
    }),
}  # fmt: skip
_TRANSACTIONS = ("RequestingServiceTransaction", "RespondingServiceTransaction")


def read_sbdh(state: State, node: Node, document: Out) -> Any | None:
    """Put sender, receiver and identifier into the document; what cannot be written again from these is returned."""
    known = len(state.faults)
    _judge(state, node, "Header")
    unfit = state.lenient and len(state.faults) > known
    if unfit:
        del state.faults[known:]
        state.change(Finding("lenient.header-left-out", "", None, {}), node)
    texts = {
        "sender": _text(node, "Sender", "Identifier"),
        "receiver": _text(node, "Receiver", "Identifier"),
        "instanceIdentifier": _text(node, "DocumentIdentification", "InstanceIdentifier"),
    }
    document.update({key: text for key, text in texts.items() if text})
    return None if unfit or _is_plain(node, document) else _trimmed(extension(state, node))


def _trimmed(value: Any) -> Any:
    """What the header says, without the blanks around its texts, which its types do not know."""
    if isinstance(value, dict):
        return {key: _trimmed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_trimmed(each) for each in value]
    return value.strip() if isinstance(value, str) else value


def _judge(state: State, node: Node, kind: str) -> None:
    """Note what the XSD of the header would refuse."""
    known = _ATTRIBUTES.get(kind)
    for name in node[1] or ():
        if known is None or name not in known:
            no_attributes(state, [node[0], {name: ""}, "", None])
    if kind == "Information":
        kind = split(node[0])[1]
    if kind == "Transaction" and (node[1] or {}).get("TypeOfServiceTransaction", _TRANSACTIONS[0]) not in _TRANSACTIONS:
        state.wrong(node, node[1]["TypeOfServiceTransaction"], ", ".join(_TRANSACTIONS), "TypeOfServiceTransaction")
    if kind in _KINDS:
        _judge_sequence(state, node, _KINDS[kind])
        return
    text = text_only(state, node)
    if kind in _SIMPLE and not _SIMPLE[kind](text):
        state.wrong(node, text, kind)


def _judge_sequence(state: State, node: Node, parts: tuple[_Part, ...]) -> None:
    children = [child for child in node[3] or () if child.__class__ is list]
    for text in [node[2] if node[3] is None else "", *(child for child in node[3] or () if child.__class__ is str)]:
        if text and not text.isspace():
            state.fault(Finding("xml.unexpected-text", "", shown(text.strip()), {}), node)
    place = 0
    for part in parts:
        names = {f"{SBDH}\n{name}" for name in part.name.split("|")}
        first = place
        while place < len(children) and children[place][0] in names and place - first < part.most:
            _judge(state, children[place], part.kind)
            place += 1
        if place - first < part.least:
            state.fault(Finding("xml.missing", "", None, {"element": part.name, "parent": split(node[0])[1]}), node, f"/{part.name}")
    if place < len(children):
        namespace, local = split(children[place][0])
        state.fault(Finding("xml.unknown-element", "", None, {"element": shown(local), "namespace": shown(namespace)}), children[place])


def _find(node: Node, name: str) -> list[Node]:
    return [child for child in node[3] or () if child[0] == f"{SBDH}\n{name}"]


def _text(node: Node, *path: str) -> str:
    """Text of the first element at a path, "" when there is none."""
    for name in path:
        found = _find(node, name)
        if not found:
            return ""
        node = found[0]
    return str(node[2]).strip() if node[3] is None else ""


_WRITTEN = {
    ("HeaderVersion",): "1.0",
    ("DocumentIdentification", "Standard"): "EPCglobal",
    ("DocumentIdentification", "Type"): "Events",
}


def _is_plain(node: Node, document: Out) -> bool:
    """Whether the header says no more than what is written for a document that came as JSON."""
    children = [child for child in node[3] or () if child.__class__ is list]
    if [split(child[0])[1] for child in children] != ["HeaderVersion", "Sender", "Receiver", "DocumentIdentification"]:
        return False
    _, sender, receiver, identification = children
    if any(len(partner[3] or ()) != 1 or partner[3][0][1] for partner in (sender, receiver)) or len(identification[3] or ()) != 5:
        return False
    if any(_text(node, *path) != text for path, text in _WRITTEN.items()):
        return False
    return _text(node, "DocumentIdentification", "TypeVersion") in ("1.0", "1.2", "2.0") and _text(
        node, "DocumentIdentification", "CreationDateAndTime"
    ) == document.get("creationDate")
