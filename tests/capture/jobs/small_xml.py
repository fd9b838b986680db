"""Small EPCIS XML documents."""

from __future__ import annotations

from collections.abc import Sequence

_EVENT = """<ObjectEvent><eventTime>2026-06-12T12:30:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
<eventID>{identity}</eventID><epcList><epc>{epc}</epc></epcList><action>{action}</action><bizStep>{step}</bizStep></ObjectEvent>"""


def event(number: int, action: str = "OBSERVE", step: str = "urn:epcglobal:cbv:bizstep:shipping", identity: str = "") -> str:
    """An ObjectEvent with its own eventID."""
    given = identity or f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    return _EVENT.format(identity=given, epc=f"urn:epc:id:sgtin:9521002.000001.S{number}", action=action, step=step)


def xml(events: Sequence[str]) -> bytes:
    """An EPCIS 2.0 document of events."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-06-12T12:00:00Z">'
        f"<EPCISBody><EventList>{''.join(events)}</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()
