"""What fuzzing begins with: documents, identifiers and sheets that are right, ours, small, and of every kind."""

from __future__ import annotations

import gzip
import json
import random
from typing import Any

import zstandard

from tests.builders import document, object_event
from tests.capture import mutants
from tests.capture.sheets.sheets import as_csv, as_xlsx, harvest

_GTIN = "09521002000016"
_ITEM = f"https://id.gs1.org/01/{_GTIN}/21/K7M2Q9"
_SSCC = "urn:epc:id:sscc:9521002.0000000001"
_WHERE = {"readPoint": {"id": "urn:epc:id:sgln:9521002.00101.0"}, "bizLocation": {"id": "https://id.gs1.org/414/9521002001013"}}
_WHY = {
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:9521002001013:1"}],
    "sourceList": [{"type": "owning_party", "source": "https://id.gs1.org/417/9521002000009"}],
    "destinationList": [{"type": "location", "destination": "urn:epc:id:sgln:9521002.00102.0"}],
}


def _event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "eventTime": "2026-06-12T19:30:00.000+07:00", "eventTimeZoneOffset": "+07:00"} | fields


FULL = object_event(
    **_WHERE, **_WHY, eventID="urn:uuid:6a1b2c3d-0000-4000-8000-000000000001", persistentDisposition={"set": ["completeness_verified"]},
    quantityList=[{"epcClass": "urn:epc:class:lgtin:9521002.000001.L1", "quantity": 12.5, "uom": "KGM"}],
    sensorElementList=[{
        "sensorMetadata": {"time": "2026-06-12T12:00:00Z", "deviceID": "urn:epc:id:giai:9521002.1"},
        "sensorReport": [{"type": "Temperature", "value": 3.5, "uom": "CEL", "component": "x"}, {"type": "gs1:Speed",
        "booleanValue": True}],
    }],
    certificationInfo="https://chung-nhan.example/1",
)  # fmt: skip
MADE = _event("ObjectEvent", action="ADD", bizStep="commissioning", epcList=[_ITEM], ilmd={
    "ex:variety": "Lục Ngạn", "ex:tree": {"ex:leaf": ["1", {"ex:deep": "2"}]}, "cbvmda:lotNumber": "VT0612",
})  # fmt: skip
PACKED = _event("AggregationEvent", action="ADD", bizStep="packing", parentID=_SSCC, childEPCs=[_ITEM],
                childQuantityList=[{"epcClass": f"https://id.gs1.org/01/{_GTIN}/10/L1", "quantity": 3}])  # fmt: skip
TURNED = _event("TransformationEvent", transformationID="urn:x:1", inputEPCList=[_ITEM], outputEPCList=[_ITEM + "A"],
                inputQuantityList=[{"epcClass": f"https://id.gs1.org/01/{_GTIN}/10/L1", "quantity": 3, "uom": "KGM"}])  # fmt: skip
ORDERED = _event("TransactionEvent", action="ADD", epcList=[_ITEM], **_WHY)
TIED = _event("AssociationEvent", action="ADD", parentID="https://id.gs1.org/8003/095210020000161", childEPCs=[_ITEM])
WRONG = MADE | {"errorDeclaration": {
    "declarationTime": "2026-06-13T00:00:00Z", "reason": "incorrect_data",
    "correctiveEventIDs": ["urn:uuid:6a1b2c3d-0000-4000-8000-00000000000a"],
}}  # fmt: skip
_ALL = (FULL, MADE, PACKED, TURNED, ORDERED, TIED, WRONG)
_CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://vai.example/terms/"}]
_HEADER = {"epcisMasterData": {"vocabularyList": [{"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": [{
    "id": "urn:epc:id:sgln:9521002.00101.0", "attributes": [{"id": "urn:epcglobal:cbv:mda#name", "attribute": "Kho lạnh"}],
}]}]}}  # fmt: skip

DOCUMENTS = [document(each, **{"@context": _CONTEXT}) for each in _ALL]
WHOLE = document(*_ALL, **{"@context": _CONTEXT, "epcisHeader": _HEADER})
QUERY = {
    "@context": _CONTEXT, "type": "EPCISQueryDocument", "schemaVersion": "2.0", "creationDate": "2026-06-12T12:00:00Z",
    "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": [FULL]}}},
}  # fmt: skip


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


JSON = [_bytes(each) for each in (*DOCUMENTS, WHOLE, QUERY)]
EVENTS = [_bytes(each | {"@context": _CONTEXT}) for each in _ALL]
SEEDS = [number.to_bytes(4, "big") for number in range(8)]


def mutant(raw: bytes) -> bytes:
    """A document that was changed in a place or two; which one and how is told by a few bytes."""
    chance = random.Random(raw)  # noqa: S311  # repeatable, not secret
    whole = chance.choice((*DOCUMENTS, WHOLE, QUERY))
    return _bytes(next(mutants.mutants(whole, 1, chance.randrange(2**32))))


_XML_EVENT = """<ObjectEvent><eventTime>2026-06-12T19:30:00.000+07:00</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>{id}
<epcList><epc>urn:epc:id:sgtin:9521002.000001.K7M2Q9</epc></epcList><action>OBSERVE</action>
<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep><disposition>urn:epcglobal:cbv:disp:in_transit</disposition>
<readPoint><id>urn:epc:id:sgln:9521002.00101.0</id></readPoint>
<bizTransactionList>
<bizTransaction type="urn:epcglobal:cbv:btt:po">urn:epcglobal:cbv:bt:9521002001013:1</bizTransaction>
</bizTransactionList>
{more}<ex:note at="1">vải <ex:deep>x</ex:deep></ex:note></ObjectEvent>"""
_XML_PACKED = """<AggregationEvent><eventTime>2026-06-12T12:30:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
<parentID>urn:epc:id:sscc:9521002.0000000001</parentID><childEPCs><epc>urn:epc:id:sgtin:9521002.000001.K7M2Q9</epc></childEPCs>
<action>ADD</action></AggregationEvent>"""
_QUANTITIES = """<quantityList><quantityElement><epcClass>urn:epc:class:lgtin:9521002.000001.L1</epcClass><quantity>12.5</quantity>
<uom>KGM</uom></quantityElement></quantityList>"""
_SENSORS = """<sensorElementList><sensorElement><sensorMetadata time="2026-06-12T12:00:00Z"/>
<sensorReport type="gs1:Temperature" value="3.5" uom="CEL"/></sensorElement></sensorElementList>"""


def _xml(version: str, namespace: str, *events: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<epcis:EPCISDocument xmlns:epcis="{namespace}" xmlns:ex="https://vai.example/terms/" '
        f'schemaVersion="{version}" creationDate="2026-06-12T12:00:00Z">'
        f"<EPCISBody><EventList>{''.join(events)}</EventList></EPCISBody>"
        "</epcis:EPCISDocument>"
    ).encode()


XML_2_0 = _xml("2.0", "urn:epcglobal:epcis:xsd:2",
               _XML_EVENT.format(id="<eventID>urn:uuid:6a1b2c3d-0000-4000-8000-000000000001</eventID>", more=_QUANTITIES + _SENSORS),
               _XML_PACKED)  # fmt: skip
XML_1_2 = _xml("1.2", "urn:epcglobal:epcis:xsd:1",
               _XML_EVENT.format(id="", more=f"<extension>{_QUANTITIES}</extension>"), _XML_PACKED)  # fmt: skip
XML = [XML_2_0, XML_1_2, _xml("2.0", "urn:epcglobal:epcis:xsd:2", _XML_PACKED)]

WORDS = (
    "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent", "EPCISDocument", "EPCISQueryDocument",
    "eventList", "epcisBody", "epcisHeader", "@context", "schemaVersion", "creationDate", "eventTime", "eventTimeZoneOffset", "recordTime",
    "eventID", "errorDeclaration", "correctiveEventIDs", "declarationTime", "reason", "action", "ADD", "OBSERVE", "DELETE", "bizStep",
    "disposition", "persistentDisposition", "readPoint", "bizLocation", "epcList", "quantityList", "epcClass", "quantity", "uom",
    "parentID",
    "childEPCs", "childQuantityList", "inputEPCList", "outputEPCList", "transformationID", "ilmd", "sensorElementList", "sensorReport",
    "sensorMetadata", "sourceList", "destinationList", "bizTransactionList", "certificationInfo", "urn:epc:id:sgtin:",
    "https://id.gs1.org/01/",
    "urn:epcglobal:cbv:bizstep:", "__proto__", "NaN", "1e400", "null", "[[[[", "}}}}", "<!DOCTYPE", "<![CDATA[", "]]>", "&#0;", "&lt;",
    "xsi:type", "xsi:nil", "xmlns:", "extension", "baseExtension", "<?x ?>", "<!-- -->", "_x0000_",
)  # fmt: skip

LINKS = [each.encode() for each in (
    _ITEM, f"https://id.gs1.org/01/{_GTIN}/22/2A/10/L%2F1/21/S%25?17=271231&3103=000195",
    "HTTPS://vai.example:8443/a/b/01/9521002000016?x=1#y",
    "https://id.gs1.org/414/9521002001013/254/0", "https://id.gs1.org/00/095210020000000016", "https://id.gs1.org/8010/9521002A%23/8011/1",
    "https://[::1]/01/09521002000016", "https://id.gs1.org/253/9521002000009DOC", "https://id.gs1.org/8003/095210020000161",
)]  # fmt: skip
ELEMENTS = [each.encode() for each in (
    "]C1010952100200001610L1\x1d21K7M2Q9", "]d2010952100200001617271231310300019510ABC", "(01)09521002000016(10)L\\(1(21)S", "]Q3" + _ITEM,
    "]E09521002000016", "]e001095210020000163922" + "795", "00095210020000000016", "^010952100200001610L1^21X", "]J1(01)09521002000016",
)]  # fmt: skip
URNS = [each.encode() for each in (
    "urn:epc:id:sgtin:9521002.000001.K7M2Q9", "urn:epc:id:sgtin:9521002.000001.a%2Fb%25", _SSCC, "urn:epc:id:sgln:9521002.00101.0",
    "urn:epc:class:lgtin:9521002.000001.L1", "urn:epc:idpat:sgtin:9521002.000001.*", "urn:epc:id:giai:9521002.1",
    "urn:epc:id:cpi:9521002.A%23.1",
    "urn:epc:id:itip:9521002.000001.01.02.S", "urn:epc:tag:sgtin-96:1.9521002.000001.7", "urn:epc:id:gdti:9521002.00000.X",
    "urn:epc:raw:96.x30",
    "urn:epc:id:upui:9521002.000001.51qIgY)%3C", "urn:jaif:id:obj:37SUN321", "urn:uuid:6a1b2c3d-0000-4000-8000-000000000001",
)]  # fmt: skip
COMPRESSED = [each.encode() for each in (
    "https://id.gs1.org/ARFKk4XB0CDKWcnpq", "https://vai.example/AQnYUc1gmiERBhQ", "https://id.gs1.org/01/ARFKk4XB0A",
    "eh3016451da400004000001a85",
    "https://id.gs1.org/e/MBZFHaQAAEAAABqF", "30F4257BF46DB64000000190",
)]  # fmt: skip
CSV = [as_csv(harvest(), harvest(lot="TH2", quantity="1.236,50", unit="thùng")), as_csv(harvest(step="đóng gói", parent=_SSCC),
delimiter=";"),
       as_csv(harvest(time="2026-06-12T05:30:00+07:00"), encoding="utf-16"), as_csv(harvest(step="=1+1", gtin='"x'),
       delimiter="\t")]  # fmt: skip
XLSX = [as_xlsx(harvest()), as_xlsx(harvest(), harvest(lot="TH2", quantity=12))]
_ODD, _EVEN = b"x" * 999, b"y" * 1_000
PACKED = [gzip.compress(_ODD, mtime=0), gzip.compress(_EVEN, mtime=0) * 2, zstandard.compress(_ODD), zstandard.compress(_EVEN) * 2]
