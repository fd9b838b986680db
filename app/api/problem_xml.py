"""Problem documents in XML: `epcis:EPCISException` of EPCglobal-epcis-2_0.xsd and behind it more of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_STANDARD = ("type", "title", "status", "detail")
"""Elements of the schema in its order; `instance` is not used."""

_OURS = ("code", "remedy", "pointer", "event", "findingsTotal")
_OF_FINDING = ("code", "pointer", "event", "value")
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry; a value that was refused may hold them."""


def _text(value: Any) -> str:
    return _NO_XML.sub("\ufffd", str(value))


def elements(problem: Mapping[str, Any]) -> str:
    """The children of a problem's element: those of the schema, then ours in our own namespace, whose prefix must be declared."""
    standard = [f"<{name}>{escape(_text(problem[name]))}</{name}>" for name in _STANDARD if name in problem]
    ours = [f"<truyxuat:{name}>{escape(_text(problem[name]))}</truyxuat:{name}>" for name in _OURS if name in problem]
    return "".join([*standard, *ours, *(_finding(each) for each in problem.get("findings", ()))])


def _finding(finding: Mapping[str, Any]) -> str:
    attributes = "".join(f" {name}={quoteattr(_text(finding[name]))}" for name in _OF_FINDING if name in finding)
    message, remedy = (f"<truyxuat:{name}>{escape(_text(finding[name]))}</truyxuat:{name}>" for name in ("message", "remedy"))
    return f"<truyxuat:finding{attributes}>{message}{remedy}</truyxuat:finding>"


def write(problem: Mapping[str, Any]) -> bytes:
    """A whole document of a problem as `app.api.problem.problem` makes it."""
    spaces = 'xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:truyxuat="urn:truyxuat:epcis:"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<epcis:EPCISException {spaces}>{elements(problem)}</epcis:EPCISException>\n'.encode()
