"""Events as the EPCISQueryDocument of an answer; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.capture import find
from app.capture.binding import xml_only
from app.capture.binding.xml_only import CONTEXT, PREFIX
from app.capture.contexts import context_of
from app.capture.hashes.event_hash import event_hash
from app.capture.spelling import EpcFormat, Lengths, WordForm, spelled
from app.query.merging import Contexts, renamed

HASH_FIELD = "truyxuat:eventHash"
KEPT_PROFILE = "CBV2.0"
"""The profile whose hash is kept with each event."""


@dataclass(frozen=True, slots=True)
class Look:
    """How an answer is written.

    binding: `json`, `xml-2.0` or `xml-1.2`; hash_profile: profile of the CBV event hash that each event is to carry, None for no hash;
    lengths: what is known of the lengths of company prefixes, which EPC URNs need; from_xml: documents that came as XML, where a hash is
    computed anew.
    """

    binding: str = "json"
    epcs: EpcFormat = EpcFormat.ALWAYS_GS1_DIGITAL_LINK
    words: WordForm = WordForm.NO_PREFERENCE
    hash_profile: str | None = None
    lengths: Lengths | None = None
    from_xml: frozenset[int] = frozenset()


def query_document(rows: Iterable[tuple[Any, dict[str, Any]]], look: Look, at: datetime) -> tuple[dict[str, Any], dict[str, str]]:
    """(EPCISQueryDocument in JSON structure, its namespaces by prefix) of events; rows: row of `event` and its sealed envelope."""
    contexts = Contexts(CONTEXT)
    events = [_event(row, sealed, look, contexts) for row, sealed in rows]
    if not (look.hash_profile or contexts.reserved_used):
        contexts.terms.pop(PREFIX)
    document = {
        "@context": contexts.whole(),
        "type": "EPCISQueryDocument",
        "schemaVersion": "1.2" if look.binding == "xml-1.2" else "2.0",
        "creationDate": at.isoformat().replace("+00:00", "Z"),
        "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": events}}},
    }
    return document, contexts.namespaces()


def _event(row: Any, sealed: dict[str, Any], look: Look, contexts: Contexts) -> dict[str, Any]:
    """One event: eventID and recordTime are ours to say, everything else is the sender's, spelled as it is wanted."""
    own = sealed["event"].get("@context")
    renames = contexts.add(sealed.get("context"), own)
    event = {name: value for name, value in sealed["event"].items() if name != "@context"}
    event |= {"eventID": row.event_uri, "recordTime": sealed["captureTime"]}
    event = spelled(event, binding=look.binding, epcs=look.epcs, words=look.words, lengths=look.lengths, whole=False)
    if renames:
        event = renamed(event, renames)
    if look.binding == "json":
        event, told = xml_only.for_json(event)
        contexts.reserved_used = contexts.reserved_used or bool(told)
    else:
        event = xml_only.from_json(event)
    if look.hash_profile:
        event = event | {HASH_FIELD: _hash(row, sealed, look)}
    return event


def _hash(row: Any, sealed: dict[str, Any], look: Look) -> str:
    if look.hash_profile in {None, KEPT_PROFILE}:
        return find.cbv_uri(row)
    return event_hash(sealed["event"], context_of(sealed.get("context"), xml=row.document_id in look.from_xml), str(look.hash_profile))
