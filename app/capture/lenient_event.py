"""Events of other dialects of EPCIS made into events of the standard, with one finding for each change.

Only what the schema of the event forbids is touched, and only where one thing can be meant; extensions are never touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from app.capture import lenient_values as values
from app.capture import shape
from app.capture.explain_shape import EVENT_TYPES, shown
from app.capture.lenient_values import Named
from app.capture.read_document import pointer as pointer_of
from app.errors import Finding

ACTIONS = ("ADD", "OBSERVE", "DELETE")
NOTE = re.compile(r"_|//|\$comment$")
"""How names begin that people give to remarks in JSON."""
_EXTENDED = "extended_event"
_OPEN = frozenset((_EXTENDED, "place"))
"""Objects that may have any field: an unknown one says something."""

_ALIASES = {
    "event": {"isA": "type", "@type": "type", "eventType": "type", "@id": "eventID", "id": "eventID"},
    "place": {"@id": "id", "value": "id"},
    "bizTransaction": {"id": "bizTransaction", "value": "bizTransaction"},
    "source": {"id": "source", "value": "source"},
    "destination": {"id": "destination", "value": "destination"},
    "sensorReport": {"@type": "type"},
}
_OBJECTS = {"readPoint": "place", "bizLocation": "place"}
"""Fields that are one object, and may have been given as its only text."""
_NESTED = {
    **_OBJECTS,
    "errorDeclaration": "errorDeclaration",
    "persistentDisposition": "persistentDisposition",
    "sensorMetadata": "sensorMetadata",
    "ilmd": "ilmd",
}
_LISTS = {
    **dict.fromkeys(("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"), "quantityElement"),
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
    "sensorElementList": "sensorElement",
    "sensorReport": "sensorReport",
}
_ALONE = {"quantityElement": "epcClass", "bizTransaction": "bizTransaction", "place": "id"}
"""Objects that one text can stand for, and the field it is."""
_TEXTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList", "correctiveEventIDs", "set", "unset")
_DISTINCT = frozenset(("epcList", "inputEPCList", "outputEPCList", "set", "unset"))
_WRAPPERS = frozenset(("epc", "quantityElement", "bizTransaction", "source", "destination", "sensorElement", "correctiveEventID"))
"""What XML has between a list and its elements, and converters leave."""
_WORDS = {
    "bizStep": "bizStep", "disposition": "disposition", "set": "disposition", "unset": "disposition", "reason": "errorReason",
    "exception": "sensorAlertType", "component": "component",
}  # fmt: skip
_TYPES = {
    "bizTransaction": "bizTransactionType", "source": "sourceOrDestinationType", "destination": "sourceOrDestinationType",
    "sensorReport": "measurementType",
}  # fmt: skip
_SIDES = frozenset(("source", "destination"))
_SIDE_OF = {"owning_party": Named.PARTY, "possessing_party": Named.PARTY, "location": Named.PLACE}
_TIMES = frozenset(("eventTime", "recordTime", "declarationTime", "time", "startTime", "endTime"))
_NAMED = {
    **dict.fromkeys(("epcList", "childEPCs", "inputEPCList", "outputEPCList", "parentID"), Named.ITEM),
    "epcClass": Named.CLASS,
    **dict.fromkeys(
        ("eventID", "transformationID", "bizTransaction", "correctiveEventIDs", "deviceID", "deviceMetadata", "rawData",
         "dataProcessingMethod", "bizRules", "certificationInfo", "microorganism", "chemicalSubstance", "uriValue"),
        Named.OTHER,
    ),
}  # fmt: skip


def repaired(event: Any, pointer: str, number: int | None) -> tuple[Any, list[Finding]]:
    """The event, a new one where it was changed, and what was changed. An event of good shape is left alone but for CBV words."""
    if not isinstance(event, dict) or _is_well(event):
        return event, []
    work = _Repair(number)
    made = work.event(event, pointer)
    return (made, work.findings) if work.findings else (event, [])


def _is_well(event: dict[str, Any]) -> bool:
    """Whether nothing is to be repaired: the schema of an extension type also takes the CBV words that a rule refuses."""
    kind = event.get("type")
    return shape.is_well(event) and (kind in EVENT_TYPES or "urn:epcglobal:cbv:" not in json.dumps(event))


@cache
def _names(kind: str) -> Mapping[str, str]:
    """Field names of an object by their lower case."""
    return {name.lower(): name for name in shape.fields(kind)}


def _capital(kind: str) -> str:
    return kind[:1].upper() + kind[1:]


class _Repair:
    """One event on its way; every change is noted in `findings`."""

    def __init__(self, number: int | None) -> None:
        self.findings: list[Finding] = []
        self.number = number
        self.offset: str | None = None
        self.side = Named.OTHER

    def event(self, event: dict[str, Any], place: str) -> dict[str, Any]:
        kind = self._kind(event)
        made = self._members(event, kind, place, "event")
        self._zone(made, place)
        made = self._fields(made, kind, place, "event")
        return self._urns(made, "", place) if kind == _EXTENDED else made

    def _urns(self, value: Any, name: str, place: str) -> Any:
        """An event of an extension type, whose schema knows no words, without the CBV URNs that a rule refuses."""
        if isinstance(value, dict):
            return {key: member if ":" in key else self._urns(member, key, place + pointer_of([key])) for key, member in value.items()}
        if isinstance(value, list):
            return [self._urns(each, name, f"{place}/{index}") for index, each in enumerate(value)]
        vocabulary = _WORDS.get(name)
        if vocabulary is None or not isinstance(value, str) or not value.startswith("urn:epcglobal:cbv:"):
            return value
        now = values.term(vocabulary, value)
        return value if now is None else self._respelled(value, now, place, name)

    def _kind(self, event: Mapping[str, Any]) -> str:
        """The schema of an event by its type, wherever that stands."""
        name = next((name for name in ("type", *(alias for alias, now in _ALIASES["event"].items() if now == "type")) if name in event), "")
        kind = event.get(name)
        if isinstance(kind, list) and len(kind) == 1:
            kind = kind[0]
        known = values.one_of(EVENT_TYPES, kind) if isinstance(kind, str) else None
        return known or _EXTENDED

    def _zone(self, event: dict[str, Any], place: str) -> None:
        """The offset in its own field and that of eventTime, each from the other."""
        said = event.get("eventTimeZoneOffset")
        if isinstance(said, str):
            self.offset = values.time_zone(said)
            if self.offset is not None and self.offset != said:
                event["eventTimeZoneOffset"] = self._respelled(said, self.offset, f"{place}/eventTimeZoneOffset", "eventTimeZoneOffset")
        happened = event.get("eventTime")
        if said is None and isinstance(happened, str):
            self.offset = values.offset_of(happened)
            if self.offset is not None:
                event["eventTimeZoneOffset"] = self.offset
                params = {"now": self.offset, "time": shown(happened)}
                self.findings.append(Finding("lenient.offset-added", f"{place}/eventTimeZoneOffset", None, params, self.number))

    # ------------------------------------------------------------------------------------------------ names of fields

    def _members(self, value: Mapping[str, Any], kind: str, place: str, aliases: str) -> dict[str, Any]:
        """An object with the names that its schema has, without notes and nothings."""
        made: dict[str, Any] = {}
        for name, member in value.items():
            where = place + pointer_of([name])
            now = self._name(name, value, made, kind, aliases)
            if now is None:
                self.findings.append(Finding("lenient.note-removed", where, shown(member), {"field": shown(name)}, self.number))
            elif now == "type" and self._is_its_own(member, kind):
                self.findings.append(Finding("lenient.field-removed", where, shown(member), {"field": shown(name)}, self.number))
            elif member is None and ":" not in now and (kind not in _OPEN or now in shape.fields(kind)):
                self.findings.append(Finding("lenient.null-removed", where, None, {"field": now}, self.number))
            else:
                if now != name:
                    self.findings.append(Finding("lenient.field-renamed", where, shown(name), {"now": now}, self.number))
                made[now] = member
        return made

    def _is_its_own(self, said: Any, kind: str) -> bool:
        """Whether a type says only what an object is by its place: a sensor element in the list of sensor elements."""
        return isinstance(said, str) and "type" not in shape.fields(kind) and values.one_of((_capital(kind),), said) is not None

    def _name(self, name: str, value: Mapping[str, Any], made: Mapping[str, Any], kind: str, aliases: str) -> str | None:
        """The name that a field has in the standard; its own where that is not known; None for a note of the sender's."""
        names = _names(kind)
        if ":" in name or names.get(name.lower()) == name:
            return name
        now = _ALIASES.get(aliases, {}).get(name) or (None if kind in _OPEN else names.get(name.lower()))
        if now is not None and now not in value and now not in made and now in names.values():
            return now
        if now == "type" and value.get("type") == value[name]:
            return None  # said twice
        return None if kind not in _OPEN and NOTE.match(name) else name

    # ------------------------------------------------------------------------------------------------ values of fields

    def _fields(self, value: dict[str, Any], kind: str, place: str, aliases: str) -> dict[str, Any]:
        known = shape.fields(kind)
        return {name: self._field(member, name, aliases, f"{place}/{name}") if name in known else member for name, member in value.items()}

    def _field(self, value: Any, name: str, kind: str, place: str) -> Any:
        if name in _LISTS or name in _TEXTS:
            return self._list(value, name, place)
        if name in _NESTED:
            return self._nested(value, name, _NESTED[name], place)
        if name == "certificationInfo" and isinstance(value, list):
            return [self._text(each, name, kind, f"{place}/{index}") for index, each in enumerate(value)]
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str | int | float) and name != "@context":
            self.findings.append(Finding("lenient.list-opened", place, shown(value), {"field": name}, self.number))
            value = value[0]
        return self._text(value, name, kind, place)

    def _nested(self, value: Any, field: str, kind: str, place: str) -> Any:
        alone = _ALONE.get(kind)
        if isinstance(value, str) and alone is not None:
            self.findings.append(Finding("lenient.object-made", place, shown(value), {"field": field, "inner": alone}, self.number))
            value = {alone: value}
        if not isinstance(value, dict):
            return value
        made = self._members(value, kind, place, kind)
        if kind in _SIDES:
            said = made.get("type")
            self.side = _SIDE_OF.get(values.term(_TYPES[kind], said) or "" if isinstance(said, str) else "", Named.OTHER)
        return self._fields(made, kind, place, kind)

    def _list(self, value: Any, name: str, place: str) -> Any:
        inner = self._unwrapped(value)
        if inner is not value or not isinstance(inner, list):
            if inner is value and isinstance(value, int | float):
                return value  # no element of any list
            inner = inner if isinstance(inner, list) else [inner]
            self.findings.append(Finding("lenient.list-made", place, shown(value), {"field": name}, self.number))
        kind = _LISTS.get(name)
        made = [
            self._text(each, name, name, f"{place}/{index}") if kind is None else self._nested(each, name, kind, f"{place}/{index}")
            for index, each in enumerate(inner)
        ]
        return self._distinct(made, name, place) if name in _DISTINCT else made

    def _unwrapped(self, value: Any) -> Any:
        """The elements of a list that has the wrapper of XML around them."""
        if not isinstance(value, dict) or len(value) != 1:
            return value
        name, inner = next(iter(value.items()))
        return inner if name in _WRAPPERS and (name in {"epc", "correctiveEventID"} or not isinstance(inner, str)) else value

    def _distinct(self, found: list[Any], name: str, place: str) -> list[Any]:
        kept: list[Any] = []
        seen: set[str] = set()
        for index, each in enumerate(found):
            if isinstance(each, str) and each in seen:
                self.findings.append(Finding("lenient.duplicate-removed", f"{place}/{index}", shown(each), {"field": name}, self.number))
                continue
            if isinstance(each, str):
                seen.add(each)
            kept.append(each)
        return kept

    # ------------------------------------------------------------------------------------------------ texts

    def _text(self, value: Any, name: str, kind: str, place: str) -> Any:
        """A value of one field in the spelling of the standard."""
        if not isinstance(value, str):
            return value
        now = self._meant(value, name, kind)
        if now is None or (now == value and type(now) is type(value)):
            return value
        return self._respelled(value, now, place, name)

    def _respelled(self, value: Any, now: Any, place: str, name: str) -> Any:
        params = {"field": name, "now": shown(now)}
        self.findings.append(Finding("lenient.respelled", place, shown(value), params, self.number))
        return now

    def _meant(self, value: str, name: str, kind: str) -> Any:
        """What a text in a field says in the spelling of the standard; None where it is not known."""
        if name == "type" and kind == "event":
            return values.one_of(EVENT_TYPES, value)
        vocabulary = _TYPES.get(kind) if name == "type" else _WORDS.get(name)
        if vocabulary is not None:
            return values.term(vocabulary, value)
        if name in _TIMES:
            return values.time(value, self.offset if name == "eventTime" else None)
        read = _READ.get(name if name != "uom" else f"{kind}.uom")
        return self._identifier(value, name, kind) if read is None else read(value)

    def _identifier(self, value: str, name: str, kind: str) -> str | None:
        if name in _SIDES:
            return values.identifier(value, self.side)
        named = Named.PLACE if kind == "place" and name == "id" else _NAMED.get(name)
        return None if named is None else values.identifier(value, named)


_READ: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("quantity", "value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), values.number),
    "quantityElement.uom": values.unit,
    "booleanValue": values.truth,
    "action": lambda text: values.one_of(ACTIONS, text),
}
