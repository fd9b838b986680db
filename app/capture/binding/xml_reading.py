"""How elements become JSON: sequences of known elements by a table, simple values, and extensions as they come.

A table says for each element its place in the sequence, its key in JSON and what reads it. What is wrong is noted with the element
itself; where that stands is worked out afterwards, because most documents are right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from app.capture.binding import xml_values as values
from app.capture.binding.xml_names import XSI, Names
from app.capture.binding.xml_parse import Node, split
from app.errors import Finding

Out = dict[str, Any]
Reader = Callable[["State", Node, Out], Any]

MOST = 20
"""Findings told of one event, or of what stands around the events."""

SHOWN = 60
_ANY = 10_000  # place of elements of other namespaces: behind all others
_OF_INSTANCES = XSI + "\n"
_GUARDED = frozenset({"type", "epcisHeader", "epcisBody"})  # keys of JSON that no element of XML may set
_DISSOLVED = frozenset({"extension", "baseExtension"})
EMPTY_IN_1_2 = ("epcList", "childEPCs")
"""Lists that 1.2 demands even where an event names no instance."""


class Field(NamedTuple):
    """A known element. key: its key in JSON, None when its reader puts what it finds into the object itself; many: it may be repeated."""

    place: int
    key: str | None
    read: Reader
    many: bool = False


class Table(NamedTuple):
    """What an element may hold."""

    fields: Mapping[str, Field]
    required: tuple[str, ...] = ()
    other: bool = False  # elements of other namespaces behind the known ones
    local: bool = False  # elements without namespace
    attributes: bool = False  # any attribute
    filled: bool = False  # at least one element
    ordered: bool = True
    elsewhere: Mapping[str, Field] = {}  # known elements that belong elsewhere; leniently they are taken here


def table(names: Mapping[str, Reader | tuple[str | None, Reader]], *, many: tuple[str, ...] = (), **options: Any) -> Table:
    """Table of elements in the order of their sequence; a reader alone reads the value of the key of the element's name."""
    fields = {}
    for place, (name, reader) in enumerate(names.items()):
        key, read = reader if isinstance(reader, tuple) else (name, reader)
        fields[name] = Field(place, key, read, name in many)
    return Table(fields, **options)


def repeated(key: str, read: Reader) -> tuple[None, Reader]:
    """Reader of an element that may stand several times and is always a list in JSON."""

    def read_one(state: State, node: Node, out: Out) -> None:
        out.setdefault(key, []).append(read(state, node, out))

    return None, read_one


class State:
    """What is known while a document is read.

    repairs: whether values are repaired, which who hashes an event as it is does not want;
    lax: inside elements that the XSD does not look into, so nothing is a fault; document: the whole, to which its header adds.
    """

    def __init__(self, version: str, target: str, names: Names, *, lenient: bool) -> None:
        """version: "1.2" or "2.0"; target: namespace of EPCIS elements, where no extension may stand."""
        self.version = version
        self.target = target
        self.names = names
        self.lenient = lenient
        self.lax = False
        self.repairs = lenient
        self.document: Out = {}
        self.faults: list[tuple[Finding, Node, str]] = []
        self.changes: list[tuple[Finding, Node, str]] = []

    @property
    def full(self) -> bool:
        """Whether so much is wrong that no more will be told."""
        return len(self.faults) >= MOST

    def fault(self, finding: Finding, node: Node, attribute: str = "") -> None:
        """Note what is wrong with an element or one of its attributes."""
        if not self.lax and len(self.faults) < MOST:
            self.faults.append((finding, node, attribute))

    def change(self, finding: Finding, node: Node) -> None:
        """Note what was taken although it is worth telling."""
        if len(self.changes) < MOST:
            self.changes.append((finding, node, ""))

    def wrong(self, node: Node, text: str, expected: str, attribute: str = "") -> None:
        """Note a value that is none of its type."""
        name = attribute or split(node[0])[1]
        self.fault(Finding("xml.wrong-value", "", shown(text), {"name": shown(name), "expected": expected}), node, attribute)


def shown(text: str) -> str:
    """Text as it is told to people: short, without what pages cannot show."""
    return "".join(character if character.isprintable() else " " for character in text[:SHOWN])


def sequence(state: State, node: Node, known: Table, out: Out) -> Out:
    """Read the elements of a node into an object."""
    if node[1] is not None:
        attributes(state, node, known, out)
    fields = known.fields
    last = -1
    for child in node[3] or ():
        field = fields.get(child[0])
        if field is None or field[0] <= last or child.__class__ is str:
            last = _unusual(state, node, child, known, last, out)
            if state.full:
                break
            continue
        last, key, read, _many = field
        if key is None:
            read(state, child, out)
        else:
            out[key] = read(state, child, out)
    if node[3] is None and node[2] and not node[2].isspace():
        stray(state, node, node[2])
    for name in known.required:
        if (fields[name].key or name) not in out:
            _missing(state, node, split(name)[1])
    if known.filled and not any(child.__class__ is list for child in node[3] or ()):
        state.fault(Finding("xml.empty", "", None, {"element": split(node[0])[1]}), node)
    return out


def _missing(state: State, node: Node, name: str) -> None:
    if state.lenient and state.version == "1.2" and name in EMPTY_IN_1_2:
        state.change(Finding("lenient.empty-list", "", None, {"element": name}), node)
    else:
        state.fault(Finding("xml.missing", "", None, {"element": name, "parent": split(node[0])[1]}), node, f"/{name}")


def _unusual(state: State, node: Node, child: Any, known: Table, last: int, out: Out) -> int:
    """Read a child that is not the next known element; the place in the sequence behind it."""
    if child.__class__ is str:
        stray(state, node, child)
        return last
    field = known.fields.get(child[0])
    if field is not None:
        return _out_of_order(state, child, field, known, last, out)
    namespace, local = split(child[0])
    if local in _GUARDED and not namespace:
        state.faults.append((Finding("xml.unknown-element", "", None, {"element": local, "namespace": ""}), child, ""))
        return last
    if state.lenient and child[0] in known.elsewhere:
        return _misplaced(state, child, known.elsewhere[child[0]], last, out)
    if state.lax or (namespace and known.other and namespace != state.target) or (not namespace and known.local):
        extend(state, child, out)
        return _ANY if namespace and known.ordered else last
    state.fault(Finding("xml.unknown-element", "", None, {"element": shown(local), "namespace": shown(namespace)}), child)
    return last


def _out_of_order(state: State, child: Node, field: Field, known: Table, last: int, out: Out) -> int:
    """Read a known element that comes late or a second time."""
    element = split(child[0])[1]
    if field.many and field.place == last:
        field.read(state, child, out)
        return last
    if (field.key is not None and field.key in out) or (field.place == last and known.ordered and not state.lax):
        state.fault(Finding("xml.repeated", "", None, {"element": element}), child)
        return last
    if known.ordered and not state.lax:
        if state.lenient:
            state.change(Finding("lenient.element-order", "", None, {"element": element}), child)
        else:
            state.fault(Finding("xml.wrong-order", "", None, {"element": element}), child)
    value = field.read(state, child, out)
    if field.key is not None:
        out[field.key] = value
    return max(last, field.place)


def _misplaced(state: State, child: Node, field: Field, last: int, out: Out) -> int:
    """Read, leniently, an element that another version has in this place."""
    if field.key is not None and field.key in out:
        state.fault(Finding("xml.repeated", "", None, {"element": child[0]}), child)
        return last
    state.change(Finding("lenient.element-place", "", None, {"element": child[0]}), child)
    value = field.read(state, child, out)
    if field.key is not None:
        out[field.key] = value
    return last


# ------------------------------------------------------------------------------------------------ attributes


def attributes(state: State, node: Node, known: Table, out: Out) -> None:
    """Read the attributes of a known element: those of other namespaces are extensions of the object."""
    for name, value in node[1].items():
        if name.startswith(_OF_INSTANCES):
            of_instances(state, node, name)
        elif not known.attributes and not state.lax:
            _unknown_attribute(state, node, name)
        elif "\n" in name:
            add(out, state.names.key(name), value)
        else:
            params = {"attribute": shown(name), "element": split(node[0])[1]}
            state.change(Finding("xml.attribute-left-out", "", shown(value), params), node)


def of_instances(state: State, node: Node, name: str) -> None:
    """Attributes of the schema language on a known element: its place of schemas is nobody's business, an own type or nil is a fault."""
    if not name.endswith(("chemaLocation", "\ntype")):
        _unknown_attribute(state, node, name)


def only_instances(state: State, node: Node) -> None:
    """Judge the attributes of an element that may have any."""
    for name in node[1] or ():
        if name.startswith(_OF_INSTANCES):
            of_instances(state, node, name)


def stray(state: State, node: Node, text: str) -> None:
    """Note a text where elements stand only; read leniently, one in an element that dissolves is left out."""
    if state.lenient and node[0] in _DISSOLVED:
        left_out(state, node, text.strip())
    else:
        state.fault(Finding("xml.unexpected-text", "", shown(text.strip()), {}), node)


def left_out(state: State, node: Node, text: str) -> None:
    """Note a text that XML allows beside attributes, and for which JSON has no place."""
    state.change(Finding("xml.text-left-out", "", shown(text), {"element": split(node[0])[1]}), node)


def _unknown_attribute(state: State, node: Node, name: str) -> None:
    key = state.names.show()(name)
    state.fault(Finding("xml.unknown-attribute", "", None, {"attribute": shown(key), "element": split(node[0])[1]}), node, key)


def no_attributes(state: State, node: Node) -> None:
    """Note the attributes of an element that has none."""
    for name in node[1] or ():
        if name.startswith(_OF_INSTANCES):
            of_instances(state, node, name)
        else:
            _unknown_attribute(state, node, name)


# ------------------------------------------------------------------------------------------------ simple values


def leaf(state: State, node: Node) -> str:
    """Text of an element that holds nothing else, without blanks at its ends."""
    if node[1] is not None:
        no_attributes(state, node)
    return text_only(state, node)


def text_only(state: State, node: Node) -> str:
    """Text of an element, elements inside it being faults."""
    if node[3] is None:
        return node[2].strip(_BLANKS)  # type: ignore[no-any-return]  # a node holds its text at this place
    for child in node[3]:
        if child.__class__ is list and not state.full:
            namespace, local = split(child[0])
            state.fault(Finding("xml.unknown-element", "", None, {"element": shown(local), "namespace": shown(namespace)}), child)
    return "".join(child for child in node[3] if child.__class__ is str).strip(_BLANKS)


_BLANKS = " \t\r\n"


def simple(check: values.Check, expected: str) -> Reader:
    """Reader of an element with a simple value that stays text."""

    def read(state: State, node: Node, _out: Out) -> str:
        text = node[2].strip(_BLANKS) if node[1] is None and node[3] is None else leaf(state, node)
        if not check(text):
            state.wrong(node, text, expected)
        return text

    return read


uri = simple(values.any_uri, "anyURI")
text_of = simple(values.any_text, "string")
time = simple(values.stamp, "dateTime")
loose_time = simple(values.date_time, "dateTime")


def number(state: State, node: Node, text: str, expected: str, check: values.Check, attribute: str = "") -> Any:
    """JSON number of a text, which stays text when it is none."""
    if not check(text):
        state.wrong(node, text, expected, attribute)
        return text
    found = values.number_of(text)
    if found is None:
        if values.integer(text):
            state.fault(Finding("capture.integer-too-large", "", shown(text), {"number": shown(text), "limit": 2**53 - 1}), node, attribute)
        else:
            state.fault(Finding("capture.number-not-finite", "", shown(text), {"number": shown(text)}), node, attribute)
        return text
    if values.is_rounded(text, found):
        state.change(Finding("xml.number-rounded", "", shown(text), {"number": shown(text), "kept": repr(found)}), node)
    return found


# ------------------------------------------------------------------------------------------------ extensions


def extend(state: State, node: Node, out: Out) -> None:
    """Add an extension element to its object; wrappers of the standard dissolve, wherever they stand."""
    if node[0] in _DISSOLVED and node[1] is None and node[3] is not None:
        for child in node[3]:
            if child.__class__ is list:
                extend(state, child, out)
        return
    add(out, state.names.key(node[0]), extension(state, node))


def extension(state: State, node: Node) -> Any:
    """Value of an extension element: its text, or an object of its attributes, text and elements."""
    _, own, text, children = node
    if own is None and children is None:
        return "" if text.isspace() else text
    out: Out = {}
    if own is not None:
        for name, value in own.items():
            out["@" + state.names.key(name)] = value
        if not state.lax and _TYPE in own:
            _judge_type(state, node, own[_TYPE])
    if children is None:
        if text and not text.isspace():
            out["#text"] = text
        return out
    pieces = [child for child in children if child.__class__ is str]
    if pieces:
        out["#text"] = "".join(pieces).strip(_BLANKS)
    for child in children:
        if child.__class__ is list:
            extend(state, child, out)
    return out


_TYPE = _OF_INSTANCES + "type"
_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_TYPES: dict[str, values.Check] = {
    "boolean": values.truth,
    "decimal": values.decimal,
    "double": values.double,
    "float": values.double,
    "integer": values.integer,
    "int": values.small_integer,
    "dateTime": values.date_time,
    "anyURI": values.any_uri,
    "hexBinary": values.hexadecimal,
    "string": values.any_text,
}
_OTHER_TYPES = frozenset({
    "anyType", "anySimpleType", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "NMTOKENS", "ID", "IDREF", "IDREFS",
    "ENTITY", "ENTITIES", "QName", "NOTATION", "date", "time", "duration", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay",
    "base64Binary", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger",
    "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
})  # fmt: skip


def _judge_type(state: State, node: Node, told: str) -> None:
    """Judge an extension that names its own type: the XSD looks at it then, although it does not know the element."""
    prefix, _, local = told.strip(_BLANKS).rpartition(":")
    check = _TYPES.get(local)
    if state.names.prefixes.get(prefix) != _SCHEMA or (check is None and local not in _OTHER_TYPES):
        state.wrong(node, told, "XMLSchema type", "xsi:type")
        return
    for name in node[1]:
        if not name.startswith(_OF_INSTANCES):
            _unknown_attribute(state, node, name)
    if check is not None:
        if any(child.__class__ is list for child in node[3] or ()):
            state.wrong(node, "", local)
        elif not check(node[2].strip(_BLANKS)):
            state.wrong(node, node[2], local)


def add(out: Out, key: str, value: Any) -> None:
    """Put a value under a key; a key that comes again makes a list."""
    if key not in out:
        out[key] = value
    elif out[key].__class__ is list:
        out[key].append(value)
    else:
        out[key] = [out[key], value]
