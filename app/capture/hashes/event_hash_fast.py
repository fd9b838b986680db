"""The event hash's text of the events of every day, written straight from the JSON: no tree, one pass.

Whatever is not of the usual structure raises Unusual and goes through `event_hash_tree`, which gives the same text more slowly; a test
holds the two together. A word that the reference might replace because a neighbour spells it out is such a case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from app.capture.contexts import Context
from app.capture.hashes import event_hash_values as values
from app.capture.hashes import event_hash_words as words
from app.capture.hashes.event_hash_tree import VOCABULARIES

_Read = Callable[[str, Any, "Reader"], str]
_TERMS = frozenset(
    term for known in (words.BIZ_STEPS, words.DISPOSITIONS, words.BIZ_TRANSACTIONS, words.SOURCES, words.REASONS, words.COMPONENTS,
                       words.EXCEPTIONS, words.MEASUREMENTS) for term in known.values()
)  # fmt: skip
_SUSPECTS = frozenset(term[at + 1 :] for term in _TERMS for at, character in enumerate(term) if character in "-/")
"""Texts that a term of the vocabulary ends in: the reference replaces them wherever they stand when the event uses that term."""

_SCHEMES = frozenset({"http", "https", "urn"})
_OFFSET = re.compile(r"[+-][0-9][0-9]:[0-9][0-9]").fullmatch


class Unusual(Exception):  # noqa: N818  # not an error: the event takes the other path
    """The event has a structure that the fast path does not read."""


class Reader:
    """Reads one event. later: property to the text of the extensions inside it, which CBV 2.0 puts behind everything else."""

    __slots__ = ("context", "inline", "later", "web")

    def __init__(self, context: Context, *, inline: bool) -> None:
        """inline: extensions stay in their place (CBV 2.1)."""
        self.context = context
        self.inline = inline
        self.later: dict[str, str] = {}
        self.web = _SCHEMES.isdisjoint(context.values)  # no prefix looks like the beginning of an ordinary address

    def text(self, event: dict[str, Any]) -> str:
        """Text without its head. Raises Unusual."""
        parts = [""] * _COUNT
        ends: list[str] = []
        for key, value in event.items():
            reader = _READERS.get(key)
            if reader is not None:
                place, read = reader
                parts[place] = read(key, value, self)
            elif key not in _SKIPPED:
                if key == "ilmd":
                    parts[-1] = self._ilmd(value)
                else:
                    ends += self.extension(key, value)
        if self.later:
            parts += [_PATHS.get(name, name) + self.later[name] for name in words.PROPERTIES if name in self.later]
        if ends:
            if self.inline and "eventTime" not in event:
                raise Unusual  # the reference tells the event from its parts by such a name
            ends.sort()
            parts += ends
        return "".join(parts)

    def _ilmd(self, value: Any) -> str:
        if not isinstance(value, dict):
            raise Unusual
        return "ilmd" + self._content(value)

    def _content(self, value: dict[str, Any]) -> str:
        entries: list[str] = []
        for key, inner in value.items():
            if key not in words.COMMENTS:
                entries += self.extension(key, inner)
        entries.sort()
        return "".join(entries)

    def extension(self, key: str, value: Any) -> list[str]:
        """Texts of an extension, one for each element of an array."""
        name = self.context.name(key)
        if name[:1] != "{" or (name.endswith("List") and not self.context.xml):
            raise Unusual
        if isinstance(value, list):
            return [self._entry(name, each) for each in value]
        return [self._entry(name, value)]

    def _entry(self, name: str, value: Any) -> str:
        if isinstance(value, dict):
            if "#text" in value:
                raise Unusual
            return name + self._content(value)
        if isinstance(value, str):
            if value.startswith(VOCABULARIES) and value not in _TERMS:
                raise Unusual
            if value in _SUSPECTS:
                raise Unusual
            text = values.canonical(self.context.value(value).strip())
        elif isinstance(value, list):
            raise Unusual
        else:
            text = _other_scalar(value)
        return f"{name}={text}" if text else name

    def gathered(self, name: str, others: list[tuple[str, Any]], siblings: int) -> str:
        """Extensions inside a standard property: the text that follows its own in CBV 2.1; in 2.0 it is put aside. siblings: with them."""
        entries: list[str] = []
        for key, value in others:
            full = self.context.name(key)
            if "/}" not in full or (self.inline and ("eventTime" in full or "action" in full)):
                raise Unusual
            entries += self.extension(key, value)
        if not entries:
            return ""
        entries.sort()
        text = "".join(entries)
        if self.inline:
            if siblings + len(entries) <= 1:
                raise Unusual
            return text
        if name in self.later:
            raise Unusual  # the reference sorts siblings by what they were before
        self.later[name] = text
        return ""


# ------------------------------------------------------------------------------------------------ values


def _plain(value: Any, reader: Reader) -> str:
    """Canonical text of a scalar in a standard property, where no words of the vocabulary stand."""
    if isinstance(value, str):
        if values.is_canonical(value) is not None:
            return value
        if value.startswith("urn:epc:"):
            return values.epc(value.strip())
        if value in _SUSPECTS:
            raise Unusual
        full = reader.context.value(value)
        if full.startswith(VOCABULARIES):
            raise Unusual  # one more term that replaces bare words
        return values.canonical(full.strip())
    if isinstance(value, list | dict):
        raise Unusual
    return _other_scalar(value)


def _other_scalar(value: Any) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        text = repr(value)
        if "e" in text or "n" in text:
            return values.number(text)
        return text.removesuffix(".0")
    return str(value)


def _term(value: Any, known: words.Words, reader: Reader) -> str:
    """Canonical text of a vocabulary term."""
    if not isinstance(value, str):
        raise Unusual
    full = known.get(value)
    if full is not None:
        return full
    if value in _SUSPECTS:
        raise Unusual  # a word of another vocabulary, which a neighbour may spell out
    full = reader.context.value(value)
    if full.startswith(VOCABULARIES) and full not in _TERMS:
        raise Unusual
    text = values.canonical(full.strip())
    if not text:
        raise Unusual
    return text


# ------------------------------------------------------------------------------------------------ standard properties


def _text(name: str, value: Any, reader: Reader) -> str:
    text = _plain(value, reader)
    return f"{name}={text}" if text else ""


def _time(name: str, value: Any, reader: Reader) -> str:  # noqa: ARG001  # one signature for all readers
    if not isinstance(value, str):
        raise Unusual
    text = value.strip()
    return f"{name}={values.time(text)}" if text else ""


def _offset(name: str, value: Any, reader: Reader) -> str:
    if isinstance(value, str) and _OFFSET(value) and value[:3] not in reader.context.values:
        return f"{name}={value}"
    return _text(name, value, reader)


def _action(name: str, value: Any, reader: Reader) -> str:
    return f"action={value}" if value in ("ADD", "OBSERVE", "DELETE") else _text(name, value, reader)


def _of(known: words.Words) -> _Read:
    """Reader of a property whose value is a term."""

    def read(name: str, value: Any, reader: Reader) -> str:
        return f"{name}={_term(value, known, reader)}" if value != "" else ""

    return read


def _persistent(name: str, value: Any, reader: Reader) -> str:
    if not isinstance(value, dict):
        raise Unusual
    text, seen = "", 0
    for key in ("set", "unset"):
        found = value.get(key)
        if found is not None:
            if not isinstance(found, list):
                raise Unusual
            seen += 1
            text += "".join(sorted([f"{key}={_term(each, words.DISPOSITIONS, reader)}" for each in found]))
    if len(value) != seen:
        raise Unusual
    return name + text if text else ""


def _epcs(name: str, value: Any, reader: Reader) -> str:
    if not isinstance(value, list):
        raise Unusual
    canonical = values.is_canonical
    found = [each if isinstance(each, str) and canonical(each) else _plain(each, reader) for each in value]
    if not found:
        return ""
    if "" in found:
        raise Unusual
    found.sort()
    return name + "epc=" + "epc=".join(found)


@lru_cache(maxsize=4096)
def _address(text: str) -> str:
    """Canonical text of an address. Raises Unusual."""
    if text.startswith(VOCABULARIES):
        raise Unusual
    return values.canonical(text.strip())


def _place(name: str, value: Any, reader: Reader) -> str:
    """Place, of which an organisation has few."""
    if reader.web and isinstance(value, str) and value.startswith(("https:", "http:", "urn:")):
        return f"{name}={_address(value)}"
    return _text(name, value, reader)


def _object(order: dict[str, _Read], path: str) -> _Read:
    """Reader of an object: its properties in this order, what else stands in it as extensions; path: names that lead to it."""

    def read(name: str, value: Any, reader: Reader) -> str:
        if not isinstance(value, dict):
            raise Unusual
        text, seen = "", 0
        for key, part in order.items():
            if key in value:
                seen += 1
                text += part(key, value[key], reader)
        if seen < len(value):
            others = [(key, inner) for key, inner in value.items() if key not in order and key not in words.COMMENTS]
            if others:
                if not text and reader.inline:
                    raise Unusual
                text += reader.gathered(path, others, seen)
        return name + text if text else ""

    return read


def _objects(order: dict[str, _Read], inner: str, path: str) -> _Read:
    """Reader of a list of objects, called `inner` each; the list's own name is not part of the text."""
    read_one = _object(order, path)

    def read(name: str, value: Any, reader: Reader) -> str:  # noqa: ARG001  # one signature for all readers
        if not isinstance(value, list):
            raise Unusual
        found = [read_one(inner, each, reader) for each in value]
        if "" in found:
            raise Unusual
        found.sort()
        return "".join(found)

    return read


def _named(read_inside: _Read) -> _Read:
    """Reader of a list whose name stands before its content."""

    def read(name: str, value: Any, reader: Reader) -> str:
        text = read_inside(name, value, reader)
        return name + text if text else ""

    return read


def _typed(name: str, value: Any, reader: Reader) -> str:
    if not isinstance(value, list):
        raise Unusual
    inner, known = words.TYPED_LISTS[name], words.TYPES[name]
    found: list[str] = []
    for each in value:
        if not isinstance(each, dict) or len(each) != 2 or "type" not in each or inner not in each:
            raise Unusual
        text = _plain(each[inner], reader)
        if not text:
            raise Unusual
        found.append(f"type={_term(each['type'], known, reader)}{inner}={text}")
    found.sort()
    return name + "".join(found) if found else ""


def _sensors(name: str, value: Any, reader: Reader) -> str:
    text = _SENSOR_ELEMENTS(name, value, reader)
    later = [reader.later.pop(path, "") for path in _IN_SENSORS]
    if any(later):
        metadata, report, element = later
        inside = ("sensorMetadata" + metadata if metadata else "") + ("sensorReport" + report if report else "")
        if len([each for each in value if _is_extended(each)]) > 1:
            raise Unusual  # the reference sorts elements by what they were before
        reader.later[name] = "sensorElement" + inside + element
    return (name if reader.inline else "") + text if text else ""


def _is_extended(element: dict[str, Any]) -> bool:
    """Whether a sensor element has an extension anywhere."""
    parts = [element, element.get("sensorMetadata") or {}, *(element.get("sensorReport") or [])]
    return any(":" in key for part in parts for key in part)


def _order(names: Iterable[str], special: dict[str, _Read]) -> dict[str, _Read]:
    return {name: special.get(name, _text) for name in names}


_IN_SENSORS = ("sensorMetadata", "sensorReport", "sensorElement")
_TIMES: dict[str, _Read] = dict.fromkeys(words.TIMES, _time)
_TYPES: dict[str, _Read] = {
    "type": _of(words.MEASUREMENTS),
    "exception": _of(words.EXCEPTIONS),
    "component": _of(words.COMPONENTS),
}
_SENSOR_ELEMENTS = _objects(
    {
        "sensorMetadata": _object(_order(words.METADATA, _TIMES), "sensorMetadata"),
        "sensorReport": _objects(_order(words.REPORT, _TIMES | _TYPES), "sensorReport", "sensorReport"),
    },
    "sensorElement",
    "sensorElement",
)
_PLACE: dict[str, _Read] = {"id": _place}
_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_PATHS = {name: name + "quantityElement" for name in _QUANTITY_LISTS} | {"sensorElementList": ""}
"""Names that lead to the extensions inside a property, where they are more, or fewer, than its own."""

_READ: dict[str, _Read] = {
    "eventTime": _time,
    "eventTimeZoneOffset": _offset,
    "epcList": _epcs,
    "parentID": _text,
    "inputEPCList": _epcs,
    "childEPCs": _epcs,
    **{name: _named(_objects(_order(words.QUANTITY, {}), "quantityElement", name)) for name in _QUANTITY_LISTS},
    "outputEPCList": _epcs,
    "action": _action,
    "transformationID": _text,
    "bizStep": _of(words.BIZ_STEPS),
    "disposition": _of(words.DISPOSITIONS),
    "persistentDisposition": _persistent,
    "readPoint": _object(_PLACE, "readPoint"),
    "bizLocation": _object(_PLACE, "bizLocation"),
    "bizTransactionList": _typed,
    "sourceList": _typed,
    "destinationList": _typed,
    "sensorElementList": _sensors,
}
_READERS = {name: (place, _READ[name]) for place, name in enumerate(words.PROPERTIES)}
_COUNT = len(_READERS) + 1  # the last is ilmd
_SKIPPED = words.IGNORED | words.COMMENTS | {"@context"}
