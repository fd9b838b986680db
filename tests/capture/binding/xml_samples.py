"""Small EPCIS documents in XML, as text; numbers of the prefix 952 and made-up names."""

from __future__ import annotations

SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
BEGIN = "<eventTime>2026-06-20T10:00:00.000+07:00</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
EPCS = "<epcList><epc>urn:epc:id:sgtin:9521001.000001.K7M2</epc><epc> urn:epc:id:sgtin:9521001.000001.K7M3\n</epc></epcList>"


def event(inside: str = "", *, epcs: str = EPCS, before: str = "") -> str:
    """An ObjectEvent of 2.0. before: what stands behind the times; inside: what stands behind the action."""
    return f"<ObjectEvent>{BEGIN}{before}{epcs}<action>OBSERVE</action>{inside}</ObjectEvent>"


def document(
    events: str = "", *, version: str = "2.0", header: str = "", attributes: str = 'xmlns:ex="https://ns.example.vn/epcis/"', tail: str = ""
) -> bytes:
    """An EPCISDocument with these events."""
    return (
        f'<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:{version[0]}" {attributes} schemaVersion="{version}" '
        f'creationDate="2026-06-20T03:00:00Z">{header}<EPCISBody><EventList>{events}</EventList></EPCISBody>{tail}</epcis:EPCISDocument>'
    ).encode()


def query_document(results: str, *, version: str = "2.0") -> bytes:
    """An EPCISQueryDocument with this in its resultsBody."""
    return (
        f'<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:{version[0]}" schemaVersion="{version}" '
        'creationDate="2026-06-20T03:00:00Z"><EPCISBody><q:QueryResults><queryName>SimpleEventQuery</queryName>'
        f"<subscriptionID>s1</subscriptionID><resultsBody>{results}</resultsBody></q:QueryResults></EPCISBody></q:EPCISQueryDocument>"
    ).encode()


def sbdh(*, more_partners: str = "", standard: str = "EPCglobal", rest: str = "") -> str:
    """A Standard Business Document Header; with the defaults it says no more than our own writer would."""
    return (
        f'<s:StandardBusinessDocumentHeader xmlns:s="{SBDH}"><s:HeaderVersion>1.0</s:HeaderVersion>'
        "<s:Sender><s:Identifier>urn:epc:id:pgln:9521001.00001</s:Identifier></s:Sender>"
        f"<s:Receiver><s:Identifier>urn:epc:id:pgln:9521002.00001</s:Identifier></s:Receiver>{more_partners}"
        f"<s:DocumentIdentification><s:Standard>{standard}</s:Standard><s:TypeVersion>1.0</s:TypeVersion>"
        "<s:InstanceIdentifier>giao-hang-17</s:InstanceIdentifier><s:Type>Events</s:Type>"
        f"<s:CreationDateAndTime>2026-06-20T03:00:00Z</s:CreationDateAndTime></s:DocumentIdentification>{rest}"
        "</s:StandardBusinessDocumentHeader>"
    )


EVERY_FIELD_2_0 = (
    f"<ObjectEvent>{BEGIN.replace('</eventTime>', '</eventTime><recordTime>2026-06-20T03:05:00Z</recordTime>')}"
    "<eventID>urn:uuid:6f4d1f0e-0b8b-4c58-9d52-0a0b0c0d0e0f</eventID>"
    "<errorDeclaration><declarationTime>2026-06-21T00:00:00Z</declarationTime><reason>urn:epcglobal:cbv:er:incorrect_data</reason>"
    "<correctiveEventIDs><correctiveEventID>urn:uuid:1</correctiveEventID></correctiveEventIDs></errorDeclaration>"
    f"<certificationInfo>https://cert.example.vn/7</certificationInfo>{EPCS}<action>ADD</action>"
    "<bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep><disposition>urn:epcglobal:cbv:disp:active</disposition>"
    "<readPoint><id>urn:epc:id:sgln:9521001.00001.0</id><ex:gate>3</ex:gate></readPoint>"
    "<bizLocation><id>https://id.gs1.org/414/9521001000017</id></bizLocation>"
    '<bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:po">urn:epcglobal:cbv:bt:9521001000017:1</bizTransaction>'
    "<bizTransaction>urn:epcglobal:cbv:bt:9521001000017:2</bizTransaction></bizTransactionList>"
    "<quantityList><quantityElement><epcClass>urn:epc:class:lgtin:9521001.000001.L1</epcClass><quantity>200.5</quantity><uom>KGM</uom>"
    "</quantityElement><quantityElement><epcClass>urn:epc:class:lgtin:9521001.000001.L2</epcClass></quantityElement></quantityList>"
    '<sourceList><source type="urn:epcglobal:cbv:sdt:owning_party">urn:epc:id:pgln:9521001.00001</source></sourceList>'
    '<destinationList><destination type="urn:epcglobal:cbv:sdt:location">urn:epc:id:sgln:9521002.00001.0</destination></destinationList>'
    '<sensorElementList><sensorElement><sensorMetadata time="2026-06-20T09:00:00+07:00" deviceID="urn:epc:id:giai:9521001.7" ex:row="A"/>'
    '<sensorReport type="gs1:Temperature" value="26.0" '
    'minValue="-1E1" uom="CEL" booleanValue="true" hexBinaryValue="0a" stringValue=" x "/>'
    '<sensorReport type="gs1:Humidity" value="12" ex:note="n"/><ex:box>1</ex:box></sensorElement></sensorElementList>'
    "<persistentDisposition><unset>urn:epcglobal:cbv:disp:in_transit</unset><set>urn:epcglobal:cbv:disp:conformant</set>"
    "</persistentDisposition><ilmd><ex:variety>Vải thiều</ex:variety></ilmd><ex:field>1</ex:field></ObjectEvent>"
)
