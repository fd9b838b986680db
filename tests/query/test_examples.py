"""The standard's own examples are recorded and answered in every binding: valid by its schemas, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.runtime import Runtime
from tests import SHARED
from tests.builders import make_api_key, make_enterprise
from tests.query.doors import official_findings, pages

pytestmark = pytest.mark.skipif(SHARED is None, reason="the standard's examples are not beside the repository")


def examples() -> Iterator[tuple[Path, str]]:
    """Every document of the standard with its media type."""
    assert SHARED is not None
    for folder, pattern, kind in (
        ("examples-json", "*.jsonld", "application/ld+json"), ("examples-xml-2.0", "*.xml", "application/xml"),
        ("examples-xml-1.2", "*.xml", "application/xml"),
    ):  # fmt: skip
        for path in sorted((SHARED / "epcis-standard" / folder).rglob(pattern)):
            yield path, kind


@pytest.fixture
def headers(on: Runtime, client: Any) -> dict[str, str]:
    """The key of an enterprise that has recorded what of the examples can be recorded beside each other."""
    found = make_api_key(on, make_enterprise(on))
    taken = [
        path.name
        for path, kind in examples()
        if client.post("/epcis/capture", data=path.read_bytes(), headers=found | {"Content-Type": kind}).status_code == 202
    ]
    assert len(taken) > 60, taken
    return found


def test_every_example_is_answered_as_the_schemas_want_it(client: Any, headers: dict[str, str]) -> None:
    from lxml import etree

    assert SHARED is not None
    seen = []
    for answer in pages(client, headers, "/epcis/events?perPage=50&truyxuat:eventHash=CBV2.1"):
        assert official_findings(answer.get_json()) == []
        seen += answer.get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert len(seen) > 80
    for folder, version, limit in (("xsd-2.0", "2_0", "2.0"), ("xsd-1.2", "1_2", "1.2")):
        schema = etree.XMLSchema(etree.parse(SHARED / "epcis-standard" / folder / f"EPCglobal-epcis-query-{version}.xsd"))
        count = 0
        for answer in pages(client, headers | {"Accept": "application/xml", "GS1-EPCIS-Max": limit}, "/epcis/events?perPage=50"):
            root = etree.fromstring(answer.get_data())
            schema.assertValid(root)
            count += len(root.findall(".//eventTime"))
        assert count >= len(seen)
