"""JSON doors of master data: what is said of products, places and parties, by date; their export as an EPCIS document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from app.api import segments
from app.api.door import Access, Door, actor, runtime
from app.capture.binding.xml_out import write_xml
from app.catalogue import find as catalogue
from app.catalogue.master import export, find, put, rules
from app.catalogue.master.free_lines import attribute_id
from app.catalogue.pages import page_number
from app.party.permissions import Permission, permit
from app.web.forms import json_answer, json_object

door = Door("master_api", "app.catalogue")

_LIST = "/api/master-data"
_ONE = f"{_LIST}/<vocabulary>/<value:element>"


def asked_instant(name: str = "at") -> datetime:
    """The instant that a query parameter names, a day meaning its end; now without one. Raises NotADay."""
    given = request.args.get(name, "")
    return put.instant_of(given, end=True, pointer=f"?{name}") if given else runtime().clock.now()


def _named() -> tuple[str, str]:
    """Vocabulary and identifier in the path; both are URIs, `%2F` in them is data, and the identifier may stand unencoded."""
    vocabulary, *rest = segments.after(f"{_LIST}/") or [""]
    return vocabulary.replace("\0", ""), "/".join(rest).replace("\0", "")


def _told(version: find.Version) -> dict[str, Any]:
    return {
        "vocabulary": version.vocabulary,
        "id": version.as_sent,
        "element": version.element,
        "kind": version.kind,
        "name": version.name,
        "validFrom": version.valid_from,
        "removed": version.removed,
        "attributes": [{"id": each.id, "attribute": each.value} for each in version.attributes],
        "children": list(version.children),
        "capture": None if version.document_id is None else str(version.document_id),
        "by": version.actor,
    }


@door.route(_LIST, needs=Permission.CATALOGUE_RECORD_READ, operation="listMasterData")
def elements() -> Response:
    """Elements of one's own organisation as they are at a time; ?vocabulary=, ?kind=, ?id=, ?search=, ?at=, ?page= narrow the list."""
    asked = {name: request.args.get(name, "").replace("\0", "")[: rules.LONGEST_URI] for name in ("kind", "vocabulary", "id", "search")}
    wish = find.Wish(asked["kind"] if asked["kind"] in rules.FIELDS else "", asked["vocabulary"], asked["id"], asked["search"])
    with runtime().store.reading() as connection:
        found = find.elements(connection, actor().party, wish, at=asked_instant(), page=page_number(), extra=1)
    shown = [_told(each) for each in found[: catalogue.PAGE]]
    return json_answer({"elements": shown, "page": page_number(), "more": len(found) > catalogue.PAGE})


@door.route(_ONE, needs=Permission.CATALOGUE_RECORD_READ, operation="getMasterData")
def element(vocabulary: str, element: str) -> Response:  # noqa: ARG001  # read from the path as it was sent, where `%2F` is data
    """One element as it is at a time (?at=), and every version of it, newest first."""
    return json_answer(_one(*_named(), asked_instant()))


def _one(vocabulary: str, element: str, at: datetime) -> dict[str, Any]:
    party_id = permit(actor(), Permission.CATALOGUE_RECORD_READ)
    with runtime().store.reading() as connection:
        known = find.versions(connection, party_id, element, vocabulary or "-")
    counting = next((version for version in known if version.valid_from <= at), None)
    if counting is None:
        raise find.NoSuchElement(element=element[:80])
    return _told(counting) | {"versions": [_version(each) for each in known]}


def _version(version: find.Version) -> dict[str, Any]:
    changes = [{"name": each.name, "before": each.before, "after": each.after} for each in version.differences]
    return _told(version) | {"version": str(version.version_id), "changes": changes}


@door.route(_ONE, needs=Access.SIGNED_IN, operation="putMasterData", methods=("PUT",))  # the verb asks by kind of element
def say(vocabulary: str, element: str) -> Response:  # noqa: ARG001  # as of GET
    """Say what an element is from `validFrom` (a day or an instant; now without it): a new version, unless nothing changes."""
    sent = json_object("attributes", "children", "validFrom")
    attributes = sent.get("attributes")
    if isinstance(attributes, Mapping):  # the short form: names and values
        attributes = [{"id": attribute_id(name), "attribute": value} for name, value in attributes.items()]
    begins = _text(sent.get("validFrom"))
    values = {"attributes": attributes, "children": sent.get("children"), "valid_from": begins}
    return _after(put.put(*_named(), values, by=actor(), on=runtime()), begins)


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:40]


def _after(made: put.Put, valid_from: str) -> Response:
    """The element as it is once the version counts."""
    now = runtime().clock.now()
    at = max(now, put.instant_of(valid_from, end=True)) if valid_from else now
    return json_answer(_one(made.vocabulary, made.element, at) | {"changed": made.changed})


@door.route(_ONE, needs=Access.SIGNED_IN, operation="deleteMasterData", methods=("DELETE",))  # as of PUT
def remove(vocabulary: str, element: str) -> Response:  # noqa: ARG001  # as of GET
    """Say that an element is no longer, from ?validFrom= or now on; its versions stay known."""
    begins = request.args.get("validFrom", "")[:40]
    return _after(put.remove(*_named(), begins, by=actor(), on=runtime()), begins)


def exported() -> dict[str, Any]:
    """The organisation's master data as an EPCIS document; ?at= chooses the time."""
    party_id = permit(actor(), Permission.CATALOGUE_RECORD_READ)
    with runtime().store.reading() as connection:
        return export.document(connection, party_id, asked_instant(), runtime().clock.now())


def _file(answer: Response, ending: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="master-data.{ending}"'
    return answer


@door.route("/api/master-data.json", needs=Permission.CATALOGUE_RECORD_READ, operation="exportMasterDataJson")
def export_json() -> Response:
    """Master data and the catalogue's own products and places as the header of an EPCIS 2.0 document in JSON."""
    return _file(json_answer(exported()), "json")


@door.route("/api/master-data.xml", needs=Permission.CATALOGUE_RECORD_READ, operation="exportMasterDataXml")
def export_xml() -> Response:
    """The same in XML; ?version=1.2 for EPCIS 1.2, else 2.0."""
    version = "1.2" if request.args.get("version") == "1.2" else "2.0"
    return _file(Response(write_xml(exported(), version), 200, content_type="application/xml"), "xml")
