"""Asking the reading doors of EPCIS in tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

from tests import SHARED
from tests.builders import document, object_event

LINK = re.compile(r'<([^>]*)>; rel="next"')
EPC = "https://id.gs1.org/01/09521002000016/21/K"
PLACE = "https://id.gs1.org/414/9521002001013"


def segment(uri: str) -> str:
    """A URI as one segment of a path."""
    return quote(uri, safe="")


def capture(client: Any, headers: dict[str, str], *events: dict[str, Any], **changes: Any) -> None:
    """Record a document of events."""
    answer = client.post("/epcis/capture", json=document(*events, **changes), headers=headers)
    assert answer.status_code == 202, answer.get_data(as_text=True)[:600]


def record(client: Any, headers: dict[str, str], count: int, **changes: Any) -> list[str]:
    """Record events of their own items, one document each, and tell their eventIDs in that order."""
    names = [f"urn:uuid:6a1b2c3d-0000-4000-8000-{number:012d}" for number in range(count)]
    for number, name in enumerate(names):
        capture(client, headers, object_event(eventID=name, epcList=[f"{EPC}{number}"], **changes))
    return names


def events_of(answer: Any) -> list[dict[str, Any]]:
    """The events of a JSON answer, after looking at its form."""
    assert answer.status_code == 200, answer.get_data(as_text=True)[:600]
    body = answer.get_json()
    assert (body["type"], body["schemaVersion"]) == ("EPCISQueryDocument", "2.0")
    assert official_findings(body) == []
    found: list[dict[str, Any]] = body["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return found


def names_of(answer: Any) -> list[str]:
    """The eventIDs of a JSON answer."""
    return [event["eventID"] for event in events_of(answer)]


def pages(client: Any, headers: dict[str, str], address: str) -> Iterator[Any]:
    """Every page of an answer, by its links."""
    while True:
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)[:600]
        yield answer
        link = LINK.search(answer.headers.get("Link", ""))
        assert ("GS1-Next-Page-Token-Expires" in answer.headers) == (link is not None)
        if link is None:
            return
        address = link[1]


@cache
def _official() -> Any:
    """The standard's schema with its formats asserted, None where it is not beside the repository."""
    if SHARED is None:
        return None
    import json

    from jsonschema import Draft7Validator

    schema = json.loads((SHARED / "epcis-standard" / "json-schema" / "EPCIS-JSON-Schema.json").read_text(encoding="utf-8"))
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)


def official_findings(body: dict[str, Any]) -> list[str]:
    """What the standard's schema finds wrong in a document."""
    return [] if _official() is None else [f"{error.json_path}: {error.message[:200]}" for error in _official().iter_errors(body)]
