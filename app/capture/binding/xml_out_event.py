"""One event as XML 2.0 or 1.2, with its elements in the order of the XSD.

Source: EPCIS 2.0 sections 7.4 and 9.5; EPCglobal-epcis-2_0.xsd, EPCglobal-epcis-1_2.xsd; GS1's conversion for what 1.2 does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.capture.binding import xml_out_tables as tables
from app.capture.binding.namespaces import OURS, XSI, Names, declarations
from app.capture.binding.xml_out_links import links
from app.capture.binding.xml_out_values import At, Notes, Trees, number, of_text, quoted, scalar, time
from app.errors import Finding

Event = Mapping[str, Any]


class Events:
    """Writer of the events of one document; `notes` tells what the version cannot carry."""

    def __init__(self, names: Names, notes: Notes, version: str) -> None:
        """version: "2.0" or "1.2"."""
        self.notes = notes
        self._root = Trees(names, notes)
        self._trees = self._root
        self._old = version == "1.2"

    def event(self, event: Event, at: At) -> str:
        """The event with what stands around it in the EventList; "" for one that this version has no place for."""
        self._trees = Trees(Names(event["@context"], self._root.names), self.notes) if "@context" in event else self._root
        kind = str(event.get("type", ""))
        names = self._trees.names
        names.used.clear()
        if kind not in tables.ORDER_2_0:
            return self._custom(event, kind, at)
        body = self._common(event, at) + (self._parts_1_2(event, kind, at) if self._old else self._parts_2_0(event, kind, at))
        if self._old:
            for place, uri in links(event, at):
                self.notes.add(Finding("binding.link-in-1-2"), place, uri)
        spaces = declarations(names.used) if names.used else ""
        return self._wrapped(kind, f"<{kind}{spaces}>{body}</{kind}>", at)

    def _wrapped(self, kind: str, element: str, at: At) -> str:
        around = tables.WRAPPED_1_2.get(kind, "") if self._old else ""
        if kind == "AssociationEvent" and around:
            self.notes.add(Finding("binding.beyond-1-2", params={"field": kind}), (at, "type"), kind)
        return around + element + around.replace("<", "</")

    def _custom(self, event: Event, kind: str, at: At) -> str:
        """An event of an extension type: in the extension of the list, where 1.2 takes none with a namespace."""
        tag = "" if self._old or ":" not in kind else self._trees.tag(kind, (at, "type"))
        if not tag:
            self.notes.add(Finding("binding.event-left-out", params={"kind": kind}), at, kind)
            return ""
        body = self._common(event, at)
        for key, value in event.items():
            if key not in tables.COMMON:
                write = _PARTS.get(key)
                body += write(self, key, value, at) if write is not None and _is_usual(key, value) else self._trees.field(key, value, at)
        return f"<extension><{tag}{declarations(self._trees.names.used)}>{body}</{tag}></extension>"

    # ------------------------------------------------------------------------------------------------ fields in order

    def _common(self, event: Event, at: At) -> str:
        parts = [f"<eventTime>{time(event.get('eventTime'), (at, 'eventTime'))}</eventTime>"]
        if "recordTime" in event:
            parts.append(f"<recordTime>{time(event['recordTime'], (at, 'recordTime'))}</recordTime>")
        parts.append(f"<eventTimeZoneOffset>{of_text(event.get('eventTimeZoneOffset', ''))}</eventTimeZoneOffset>")
        late = f"<eventID>{of_text(event['eventID'])}</eventID>" if "eventID" in event else ""
        if "errorDeclaration" in event:
            late += self._error(event["errorDeclaration"], (at, "errorDeclaration"))
        if "certificationInfo" in event:
            late += self._certificates(event["certificationInfo"], (at, "certificationInfo"))
        if late and self._old:
            late = f"<baseExtension>{late}</baseExtension>"
        parts.append(late)
        return "".join(parts)

    def _parts_2_0(self, event: Event, kind: str, at: At) -> str:
        order = tables.ORDER_2_0[kind]
        parts = [_PARTS[key](self, key, event[key], at) for key in order if key in event]
        extra = ""
        for key in event:
            if key not in tables.COMMON and key not in order:
                if ":" in key:
                    extra += self._trees.field(key, event[key], at)
                else:  # only 1.2 has a place for names without a namespace
                    self.notes.add(Finding("binding.name-given", params={"field": key}), (at, key))
                    extra += self._trees.field(f"{_OUR_PREFIX}{key}", event[key], at)
        return "".join(parts) + extra

    def _parts_1_2(self, event: Event, kind: str, at: At) -> str:
        direct, first, second = tables.ORDER_1_2[kind]
        required = tables.REQUIRED_1_2.get(kind)
        body = "".join([self._required(key, event, at, required) for key in direct])
        inner = "".join([_PARTS[key](self, key, event[key], at) for key in first if key in event])
        deep = "".join([_PARTS[key](self, key, event[key], at) for key in second if key in event])
        extra = ""
        for key in event:
            if key in tables.AFTER_1_2:
                self.notes.add(Finding("binding.beyond-1-2", params={"field": key}), (at, key))
            elif key not in tables.COMMON and key not in direct and key not in first:
                bare = key.removeprefix(_OUR_PREFIX) if self._is_ours(key) else key
                found = self._trees.field(bare, event[key], at)
                if ":" in bare:
                    extra += found
                elif second:
                    deep += found
                else:
                    inner += found
        if deep:
            inner += f"<extension>{deep}</extension>"
        return body + (f"<extension>{inner}</extension>" if inner else "") + extra

    def _is_ours(self, key: str) -> bool:
        """Whether a field had no namespace before we gave it ours, because another binding wants one."""
        return key.startswith(_OUR_PREFIX) and self._trees.names.expanded(key)[0] == OURS

    def _required(self, key: str, event: Event, at: At, required: str | None) -> str:
        """A field of 1.2, which wants one list even when it is empty."""
        if key in event:
            return _PARTS[key](self, key, event[key], at)
        return f"<{key}></{key}>" if key == required else ""

    # ------------------------------------------------------------------------------------------------ single fields

    def _error(self, value: Mapping[str, Any], at: At) -> str:
        parts = f"<declarationTime>{time(value.get('declarationTime'), (at, 'declarationTime'))}</declarationTime>"
        if "reason" in value:
            parts += f"<reason>{of_text(value['reason'])}</reason>"
        if "correctiveEventIDs" in value:
            found = "".join([f"<correctiveEventID>{of_text(each)}</correctiveEventID>" for each in value["correctiveEventIDs"]])
            parts += f"<correctiveEventIDs>{found}</correctiveEventIDs>"
        return f"<errorDeclaration>{parts}{self._others(value, _OF_ERROR, at)}</errorDeclaration>"

    def _certificates(self, value: Any, at: At) -> str:
        """Certificates: 1.2 has a place for as many as there are, the XSD of 2.0 for one; the others stand behind it in our namespace."""
        listed = value if isinstance(value, list) else [value]
        if isinstance(value, list) and len(value) < 2:  # a list of one is read back as its only value
            self.notes.add(Finding("binding.list-of-one" if value else "binding.empty-left-out"), at)
        if self._old:
            return (
                f"<extension>{''.join([f'<certificationInfo>{of_text(each)}</certificationInfo>' for each in listed])}</extension>"
                if listed
                else ""
            )
        parts = "".join([f"<certificationInfo>{of_text(each)}</certificationInfo>" for each in listed[:1]])
        if listed[1:]:
            self.notes.add(Finding("binding.certificates-beside", params={"count": len(listed) - 1}), at)
            found = "".join([f"<truyxuat:certificationInfo>{of_text(each)}</truyxuat:certificationInfo>" for each in listed[1:]])
            parts += f"<baseExtension>{found}</baseExtension>"
            self._trees.names.used["truyxuat"] = OURS
        return parts

    def _text(self, key: str, value: Any, at: At) -> str:  # noqa: ARG002  # one signature for all fields
        return f"<{key}>{of_text(value)}</{key}>"

    def _epcs(self, key: str, value: Any, at: At) -> str:  # noqa: ARG002  # one signature for all fields
        return f"<{key}>{''.join([f'<epc>{of_text(each)}</epc>' for each in value])}</{key}>"

    def _quantities(self, key: str, value: Any, at: At) -> str:  # noqa: ARG002  # one signature for all fields
        parts: list[str] = []
        for each in value:
            parts.append(f"<quantityElement><epcClass>{of_text(each['epcClass'])}</epcClass>")
            if "quantity" in each:
                parts.append(f"<quantity>{number(each['quantity'])}</quantity>")
            elif "uom" in each:  # the XSD wants a quantity before the unit; this one says that it is not known
                parts.append('<quantity xsi:nil="true"/>')
                self._trees.names.used["xsi"] = XSI
            if "uom" in each:
                parts.append(f"<uom>{of_text(each['uom'])}</uom>")
            parts.append("</quantityElement>")
        return f"<{key}>{''.join(parts)}</{key}>"

    def _place(self, key: str, value: Mapping[str, Any], at: At) -> str:
        return f"<{key}><id>{of_text(value.get('id', ''))}</id>{self._others(value, _OF_PLACE, (at, key))}</{key}>"

    def _typed(self, key: str, value: Any, at: At) -> str:
        name = tables.TYPED_LISTS[key]
        if not value:
            self.notes.add(Finding("binding.empty-left-out", params={"field": key}), (at, key))
            return ""
        parts = [
            f'<{name} type="{quoted(scalar(each["type"]))}">{of_text(each[name])}</{name}>'
            if "type" in each
            else f"<{name}>{of_text(each[name])}</{name}>"
            for each in value
        ]
        return f"<{key}>{''.join(parts)}</{key}>"

    def _persistent(self, key: str, value: Mapping[str, Any], at: At) -> str:  # noqa: ARG002  # one signature for all fields
        parts = [f"<{each}>{of_text(word)}</{each}>" for each in ("unset", "set") for word in value.get(each, ())]
        return f"<{key}>{''.join(parts)}</{key}>"

    def _ilmd(self, key: str, value: Mapping[str, Any], at: At) -> str:
        if not value:
            self.notes.add(Finding("binding.empty-left-out", params={"field": key}), (at, key))
        return f"<{key}>{self._others(value, frozenset(), (at, key))}</{key}>"

    def _others(self, value: Mapping[str, Any], known: frozenset[str], at: At) -> str:
        """Extension fields of a standard element; bare ones belong into its `extension`, which stands before the others."""
        if len(value) == len(known & value.keys()):
            return ""
        bare = "".join([self._trees.field(key, value[key], at) for key in value if key not in known and ":" not in key])
        named = "".join([self._trees.field(key, value[key], at) for key in value if key not in known and ":" in key])
        return (f"<extension>{bare}</extension>" if bare else "") + named

    # ------------------------------------------------------------------------------------------------ sensors

    def _sensors(self, key: str, value: Any, at: At) -> str:
        if not value:
            self.notes.add(Finding("binding.empty-left-out", params={"field": key}), (at, key))
            return ""
        place = (at, key)
        return f"<{key}>{''.join([self._sensor(each, (place, index)) for index, each in enumerate(value)])}</{key}>"

    def _sensor(self, value: Mapping[str, Any], at: At) -> str:
        parts = self._attributes("sensorMetadata", value["sensorMetadata"], (at, "sensorMetadata")) if "sensorMetadata" in value else ""
        place = (at, "sensorReport")
        for index, report in enumerate(value.get("sensorReport", ())):
            parts += self._attributes("sensorReport", report, (place, index))
        return f"<sensorElement>{parts}{self._others(value, _OF_SENSOR, at)}</sensorElement>"

    def _attributes(self, name: str, value: Mapping[str, Any], at: At) -> str:
        """A sensor's report or metadata: everything is an attribute, so a field with a structure has no place."""
        parts: list[str] = []
        others: dict[str, Any] = {}
        for key, each in value.items():
            if each is None or isinstance(each, (dict, list)):
                self.notes.add(Finding("binding.needs-plain-value", params={"field": key}), (at, key), each)
            elif ":" in key:
                others[key] = each
            elif key in tables.SENSOR_TIMES:
                parts.append(f' {key}="{time(each, (at, key))}"')
            elif key == "hexBinaryValue" and len(each) % 2:
                self.notes.add(Finding("binding.hex-padded"), (at, key), each)
                parts.append(f' {key}="0{each}"')
            else:
                parts.append(f' {key}="{quoted(scalar(each))}"')
        return f"<{name}{''.join(parts)}{self._trees.attributes(others, at) if others else ''}/>"


_OUR_PREFIX = "truyxuat:"
_OF_ERROR = frozenset({"declarationTime", "reason", "correctiveEventIDs"})
_OF_PLACE = frozenset({"id"})
_OF_SENSOR = frozenset({"sensorMetadata", "sensorReport"})

_Write = Callable[[Events, str, Any, At], str]
_PARTS: dict[str, _Write] = {
    **dict.fromkeys(("action", "bizStep", "disposition", "parentID", "transformationID"), Events._text),  # noqa: SLF001  # its own table
    **dict.fromkeys(tables.EPC_LISTS, Events._epcs),  # noqa: SLF001  # its own table
    **dict.fromkeys(tables.QUANTITY_LISTS, Events._quantities),  # noqa: SLF001  # its own table
    **dict.fromkeys(tables.PLACES, Events._place),  # noqa: SLF001  # its own table
    **dict.fromkeys(tables.TYPED_LISTS, Events._typed),  # noqa: SLF001  # its own table
    "sensorElementList": Events._sensors,  # noqa: SLF001  # its own table
    "persistentDisposition": Events._persistent,  # noqa: SLF001  # its own table
    "ilmd": Events._ilmd,  # noqa: SLF001  # its own table
}
"""How each standard field is written."""


def _is_usual(key: str, value: Any) -> bool:
    """Whether a field of an extension type, which may hold anything, has the structure that the standard gives to its name."""
    if key in tables.PLACES:
        return isinstance(value, dict) and isinstance(value.get("id"), str)
    if key in tables.EPC_LISTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return False
