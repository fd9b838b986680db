"""The published XSDs of EPCIS, where they are at hand, as judges of XML that we write."""

from __future__ import annotations

from functools import cache

import pytest
from lxml import etree

from tests import SHARED

needs_xsd = pytest.mark.skipif(SHARED is None, reason="the published XSDs are not at hand")
_FILES = {
    ("2.0", False): "xsd-2.0/EPCglobal-epcis-2_0.xsd",
    ("2.0", True): "xsd-2.0/EPCglobal-epcis-query-2_0.xsd",
    ("1.2", False): "xsd-1.2/EPCglobal-epcis-1_2.xsd",
    ("1.2", True): "xsd-1.2/EPCglobal-epcis-query-1_2.xsd",
}


@cache
def _schema(version: str, *, query: bool) -> etree.XMLSchema:
    if SHARED is None:
        message = "ask only under needs_xsd"
        raise LookupError(message)
    return etree.XMLSchema(etree.parse(str(SHARED / "epcis-standard" / _FILES[version, query])))


def faults(content: bytes, version: str) -> list[str]:
    """What the XSD says against a document; nothing without the XSDs, but the document must be well-formed in any case."""
    tree = etree.fromstring(content)
    if SHARED is None:
        return []
    schema = _schema(version, query=etree.QName(tree).localname == "EPCISQueryDocument")
    schema.validate(tree)
    return [str(error) for error in schema.error_log]
