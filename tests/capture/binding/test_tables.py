"""The tables of the bindings name the same fields: one of a later EPCIS that is in one table and not in another is told with its file."""

from __future__ import annotations

import pytest

from app.capture import shape, spelling
from app.capture.binding import xml_events, xml_fields
from app.capture.binding import xml_out_tables as written
from app.capture.explain_shape import EVENT_TYPES

COMMON = frozenset(written.COMMON) - {"type", "@context"}
ONLY_XML = {"persistentDisposition"}
"""The field that the XSD has in all types and the JSON Schema in two."""
IDENTIFIERS = {"parentID", "transformationID", *written.EPC_LISTS, *written.QUANTITY_LISTS, *written.PLACES, *written.TYPED_LISTS}


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_reading_and_writing_xml_2_0_have_one_order_of_the_fields_of_the_schema(kind: str) -> None:
    read = [name for name in xml_events._EVENTS_2_0[kind].fields if name not in COMMON and not name.lower().endswith("extension")]  # noqa: SLF001  # the table is what is looked at
    assert tuple(read) == written.ORDER_2_0[kind], "xml_events._EVENTS_2_0 and xml_out_tables.ORDER_2_0 differ"
    judged = set(shape.fields(kind)) - written.COMMON
    assert set(read) - ONLY_XML == judged - ONLY_XML, "the schema of the event and the tables of XML differ"
    parts = {name for part in written.ORDER_1_2[kind] for name in part}
    assert parts == set(read), "xml_out_tables.ORDER_1_2 lacks fields, or has others"


def test_every_field_has_a_reader_and_every_identifier_a_spelling() -> None:
    fields = {name for kind in EVENT_TYPES for name in shape.fields(kind)} - written.COMMON
    assert fields == set(xml_fields.READERS), "xml_fields.READERS and the schemas of events differ"
    assert set(spelling._RESPELL) >= IDENTIFIERS, "spelling._RESPELL lacks fields with identifiers"  # noqa: SLF001  # the table is what is looked at
