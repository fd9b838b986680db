"""Values of events as XML: text, numbers, times and whole trees of extension fields.

What XML has no place for is left out and told to the `Notes`; nothing is left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.capture.binding.namespaces import XSD, Names, NoName, escaped
from app.errors import Finding, Invalid

At = tuple[Any, ...]
"""A place in the document: the place above and a key or an index; `()` is the whole document."""

_SPECIAL = re.compile("[&<>\r]")
_SPECIAL_IN_ATTRIBUTE = re.compile('[&<>"\t\n\r]')
_REPLACED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML 1.0 document can carry, not even as references."""

_TIME = re.compile(
    r"(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T"
    r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))",
    re.ASCII,
)
"""DateTimeStamp of the XSD of EPCIS 2.0."""


class NotForXml(Invalid):
    """A text holds a character that XML cannot carry; pointer names the place."""

    code = "binding.no-xml-character"


class TimeNotForXml(Invalid):
    """A time has a form that JSON takes and XML does not, such as an offset beyond 14 hours."""

    code = "binding.time-not-for-xml"


class Notes:
    """Findings about what a binding cannot carry, in the order of the document."""

    __slots__ = ("event", "findings")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.event: int | None = None

    def add(self, finding: Finding, at: At, value: Any = None) -> None:
        """One thing that is lost or changed: its code and parameters, the place in the document, and what stands there."""
        self.findings.append(replace(finding, pointer=pointer(at), value=_short(value), event=self.event))


def pointer(at: At) -> str:
    """JSON pointer of a place."""
    parts: list[str] = []
    while at:
        at, part = at[0], at[1]
        parts.append(str(part).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in reversed(parts))


def _short(value: Any, most: int = 80) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    return text if len(text) <= most else f"{text[:most]}…"


# ------------------------------------------------------------------------------------------------ text and numbers


def text(value: str) -> str:
    """Text as the content of an element, read back letter by letter."""
    return _SPECIAL.sub(_reference, value) if _SPECIAL.search(value) else value


def quoted(value: str) -> str:
    """Text as the value of an attribute, read back letter by letter."""
    return _SPECIAL_IN_ATTRIBUTE.sub(_reference, value) if _SPECIAL_IN_ATTRIBUTE.search(value) else value


def _reference(found: re.Match[str]) -> str:
    return _REPLACED[found.group()]


def scalar(value: Any) -> str:
    """A text, number or truth value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return double(value)


def number(value: float | int) -> str:  # noqa: PYI041  # the two are kept apart: 200 and 200.0 are written as they are
    """Number with all its digits and without an exponent, as xsd:decimal wants it: `0.0000001`, `200`, `200.0`."""
    shown = repr(value)
    if "e" not in shown:
        return shown
    digits = format(Decimal(shown), "f")
    return digits if "." in digits else f"{digits}.0"  # it was no integer, and would be too large as one


def double(value: float | int) -> str:  # noqa: PYI041  # as in `number`
    """Number for xsd:double and for texts: from 1e16 on with an exponent, which keeps the CBV event hash, below without one."""
    shown = repr(value)
    return shown if "e+" in shown else number(value)


def time(value: Any, at: At) -> str:
    """Time as it stands; only a small `t` or `z`, which RFC 3339 takes and XML does not, becomes large. Raises TimeNotForXml."""
    if isinstance(value, str):
        if _TIME.fullmatch(value):
            return value
        large = value.upper()
        if _TIME.fullmatch(large):
            return large
    raise TimeNotForXml(pointer=pointer(at), value=_short(value))


def of_text(value: Any) -> str:
    """Content of a standard element; the schema of the event has said that it is a text."""
    return text(value if isinstance(value, str) else scalar(value))


# ------------------------------------------------------------------------------------------------ extension fields


class Trees:
    """Writer of extension fields: elements, attributes (`@x`), text (`#text`) and lists, to any depth."""

    __slots__ = ("names", "notes")

    def __init__(self, names: Names, notes: Notes) -> None:
        self.names = names
        self.notes = notes

    def field(self, key: str, value: Any, at: At) -> str:
        """Elements of one field: one, several for a list, none when its name is none for XML. at: place of what holds the field."""
        place = (at, key)
        if isinstance(value, list):
            self._tell_list(value, place)
            return "".join([self.field(key, item, place) for item in value])
        tag = self.tag(key, place)
        return self._element(tag, value, place) if tag else ""

    def tag(self, key: str, at: At) -> str:
        """Tag of a key; "" and a note for a key that cannot be one."""
        try:
            tag = self.names.tag(key)
        except NoName:
            self.notes.add(Finding("binding.name-not-carried", params={"field": key}), at, key)
            return ""
        if self.names.is_whole_uri(key):
            self.notes.add(Finding("binding.name-divided", params={"field": key, "name": tag}), at, key)
        return tag

    def _element(self, tag: str, value: Any, at: At) -> str:
        if isinstance(value, str):
            if value.isspace():
                self.notes.add(Finding("binding.empty-left-out"), at, value)
            return f"<{tag}>{text(value)}</{tag}>"
        if isinstance(value, dict):
            return self._object(tag, value, at)
        if value is None:
            self.notes.add(Finding("binding.empty-left-out"), at)
            return ""
        self.notes.add(Finding("binding.number-as-text"), at, value)
        return f"<{tag}>{scalar(value)}</{tag}>"

    def _tell_list(self, items: list[Any], at: At) -> None:
        """What becomes of a list that is not just several values."""
        if not items:
            self.notes.add(Finding("binding.empty-left-out"), at)
        elif len(items) == 1:
            self.notes.add(Finding("binding.list-of-one"), at)
        for index, item in enumerate(items):
            if isinstance(item, list):
                self.notes.add(Finding("binding.list-flattened"), (at, index))

    def _object(self, tag: str, value: Mapping[str, Any], at: At) -> str:
        if not value:
            self.notes.add(Finding("binding.empty-left-out"), at)
        attributes, inside = self.inside(value, at)
        return f"<{tag}{attributes}>{inside}</{tag}>"

    def inside(self, value: Mapping[str, Any], at: At) -> tuple[str, str]:
        """Attributes and content of an element that says an object."""
        content, children = "", ""
        attributes: dict[str, Any] = {}
        for key, inner in value.items():
            plain = isinstance(inner, (str, bool, int, float))
            if key == "#text" and plain:
                content = text(scalar(inner).strip() if "@xsi:type" in value else scalar(inner))
            elif key[:1] == "@" and plain and ":" not in key[:2] and key not in ("@", "@xmlns"):
                attributes[key] = inner
            elif key[:1] in ("@", "#"):
                children += self._marked(key, inner, (at, key))
            else:
                children += self.field(key, inner, at)
        return self.attributes(attributes, at, marked=True), content + children

    def attributes(self, values: Mapping[str, Any], at: At, *, marked: bool = False) -> str:
        """Attributes, each with a leading blank; of two that are one name in XML only the first. marked: `@` stands before each key."""
        parts: list[str] = []
        seen: set[tuple[str, str]] = set()
        for key, value in values.items():
            name = key[1:] if marked else key
            expanded = self.names.expanded(name)
            if expanded in seen:
                self.notes.add(Finding("binding.field-not-carried", params={"field": key}), (at, key), value)
            else:
                seen.add(expanded)
                parts.append(self.attribute(name, value, (at, key)))
        return "".join(parts)

    def _marked(self, key: str, value: Any, at: At) -> str:
        """A JSON-LD keyword with a structure, such as `@list`: elements with an escaped name."""
        if isinstance(value, list):
            self._tell_list(value, at)
            return "".join([self._marked(key, item, at) for item in value])
        return self._element(escaped(key), value, at)

    def attribute(self, key: str, value: Any, at: At) -> str:
        """One attribute with a leading blank."""
        if key.startswith("xml:") and escaped(key[4:]) == key[4:]:
            return f' {key}="{quoted(scalar(value))}"'
        tag = self.tag(key, at)
        if key == "xsi:type" and isinstance(value, str) and value.startswith("xsd:"):
            self.names.used["xsd"] = XSD  # the value is a name too, and needs its prefix
        return f' {tag}="{quoted(scalar(value))}"' if tag else ""
