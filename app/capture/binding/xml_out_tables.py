"""Order of the elements of events in XML 2.0 and 1.2, as their XSDs want it.

Source: EPCglobal-epcis-2_0.xsd and EPCglobal-epcis-1_2.xsd of the work group,
the latter with AssociationEvent where GS1's conversion has it.
"""

from __future__ import annotations

_WHY = ("action", "bizStep", "disposition", "readPoint", "bizLocation")
_ENDS = ("sourceList", "destinationList")
_NEW = ("sensorElementList", "persistentDisposition")
_CHANGE = (
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "transformationID",
    *_WHY[1:],
    "bizTransactionList",
    *_ENDS,
)

COMMON = frozenset(
    {"type", "@context", "eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "errorDeclaration", "certificationInfo"}
)
"""Fields that every event has at its beginning, or that are no element."""

ORDER_2_0: dict[str, tuple[str, ...]] = {
    "ObjectEvent": ("epcList", *_WHY, "bizTransactionList", "quantityList", *_ENDS, *_NEW, "ilmd"),
    "AggregationEvent": ("parentID", "childEPCs", *_WHY, "bizTransactionList", "childQuantityList", *_ENDS, *_NEW),
    "TransactionEvent": ("bizTransactionList", "parentID", "epcList", *_WHY, "quantityList", *_ENDS, *_NEW),
    "TransformationEvent": (*_CHANGE, *_NEW, "ilmd"),
    "AssociationEvent": ("parentID", "childEPCs", "childQuantityList", *_WHY, "bizTransactionList", *_ENDS, *_NEW),
}
"""Fields after the common ones, by event type."""

ORDER_1_2: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "ObjectEvent": (("epcList", *_WHY, "bizTransactionList"), ("quantityList", *_ENDS, "ilmd"), _NEW),
    "AggregationEvent": (("parentID", "childEPCs", *_WHY, "bizTransactionList"), ("childQuantityList", *_ENDS), _NEW),
    "TransactionEvent": (("bizTransactionList", "parentID", "epcList", *_WHY), ("quantityList", *_ENDS), _NEW),
    "TransformationEvent": ((*_CHANGE, "ilmd"), _NEW, ()),
    "AssociationEvent": (("parentID", "childEPCs", *_WHY, "bizTransactionList", "childQuantityList", *_ENDS, *_NEW), (), ()),
}
"""Fields of the event itself, of its `extension`, and of the `extension` in that, by event type."""

REQUIRED_1_2 = {"ObjectEvent": "epcList", "AggregationEvent": "childEPCs", "TransactionEvent": "epcList"}
"""The list that EPCIS 1.2 wants even when it is empty."""

AFTER_1_2 = frozenset({*_NEW, "certificationInfo"})
"""Fields that came with EPCIS 2.0."""

WRAPPED_1_2 = {"TransformationEvent": "<extension>", "AssociationEvent": "<extension><extension>"}
"""Where an event type stands in the EventList of 1.2 when it is younger than the list."""

EPC_LISTS = frozenset({"epcList", "childEPCs", "inputEPCList", "outputEPCList"})
QUANTITY_LISTS = frozenset({"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"})
PLACES = frozenset({"readPoint", "bizLocation"})
TYPED_LISTS = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
"""Lists of values with a type, and the name of one entry."""

SENSOR_TIMES = frozenset({"time", "startTime", "endTime"})
STANDARD = frozenset({*COMMON, *(name for order in ORDER_2_0.values() for name in order)})
"""Every field that the standard gives to events."""
