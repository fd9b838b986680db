"""What becomes of an item by what an event says of it: brought forth, at its end, of which batch; and which events stand.

An error declaration repeats an event under its eventID (EPCIS 2.0, 7.4.1.2); neither it nor the event it declares wrong says anything of
the goods from then on. Corrective events speak for themselves. Pure, but for the one question which eventIDs were declared wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from app.capture import find, items
from app.capture.model import Event, EventIdentity
from app.capture.vocabulary import word
from app.errors import Refusal
from app.identify.item_key import ItemKey, item_key
from app.identify.read import identify


class End(StrEnum):
    """How an item came to its end, the graver first."""

    DESTROYED = "destroyed"
    DECOMMISSIONED = "decommissioned"


_DECLARED = (
    select(Event.event_uri)
    .join(EventIdentity, (EventIdentity.party_id == Event.party_id) & (EventIdentity.id == Event.id))
    .where(
        EventIdentity.party_id == bindparam("party_id"),
        EventIdentity.event_key.in_(bindparam("keys", expanding=True)),
        Event.is_declaration.is_(True),
    )
)
_SOME = 500
_LOCAL = re.compile("[:/#]")  # a name of master data as CURIE, with the namespace of CBV, or with one of EPCIS 1.2


def declared_wrong(connection: Connection, party_id: int, event_uris: Iterable[str]) -> set[str]:
    """Those of an organisation's events that it declared wrong, by eventID."""
    keys = sorted({find.identity(uri, b"")[0] for uri in event_uris})
    found: set[str] = set()
    for start in range(0, len(keys), _SOME):
        found |= set(connection.execute(_DECLARED, {"party_id": party_id, "keys": keys[start : start + _SOME]}).scalars())
    return found


def brings_forth(event: Mapping[str, Any], role: int) -> bool:
    """Whether an event brings an item of this part into the world: commissioned, added, or made in a transformation."""
    return role == items.OUTPUT or (role == items.EPC and event["type"] == "ObjectEvent" and event.get("action") == "ADD")


def end(event: Mapping[str, Any], role: int) -> End | None:
    """Whether an event says that an item of this part is no more, or no longer in use."""
    if role not in {items.EPC, items.CHILD}:
        return None
    event = items.usual(event)
    step, states = word("bizStep", event.get("bizStep") or ""), {word("disposition", text) for text in _dispositions(event)}
    if step == "destroying" or "destroyed" in states:
        return End.DESTROYED
    deleted = event["type"] == "ObjectEvent" and event.get("action") == "DELETE"
    return End.DECOMMISSIONED if role == items.EPC and (deleted or step == "decommissioning") else None


def _dispositions(event: Mapping[str, Any]) -> Iterator[str]:
    yield event.get("disposition") or ""
    yield from (event.get("persistentDisposition") or {}).get("set") or ()


def lots(event: Mapping[str, Any], key: ItemKey, role: int) -> list[str]:
    """The batches an event that brings an item forth gives it: master data lotNumber, and AI 10 beside its serial number; often one."""
    found = master_lots(event)
    value = key.instance.partition(":")[2]
    for uri, part in items.named(event):
        if part == role and ("10" in uri or "/lot/" in uri) and (value in uri or "%" in uri) and item_key(uri)[:3] == key[:3]:
            found += lot_named(uri)
    return list(dict.fromkeys(found))


def lot_named(uri: str) -> list[str]:
    """The batch beside a serial number in one identifier, as a list of none or one."""
    try:
        values = dict(identify(uri).path)
    except Refusal:  # an identifier of somebody else's making has no batch that we could read
        return []
    return [values["10"]] if "21" in values and "10" in values else []


def last_days(event: Mapping[str, Any]) -> list[date]:
    """The last days of use that an event gives what it brings forth (CBV 2.0 itemExpirationDate); what is no day is left out."""
    found = []
    for value in _master(event, "itemExpirationDate"):
        try:
            found.append(date.fromisoformat(str(value)[:10]))
        except ValueError:  # master data is free text to EPCIS: what is no day cannot be compared with one
            continue
    return found


def master_lots(event: Mapping[str, Any]) -> list[str]:
    """The batches in an event's instance master data, for all items it brings forth."""
    return [str(value) for value in _master(event, "lotNumber") if str(value)]


def _master(event: Mapping[str, Any], name: str) -> Iterator[Any]:
    """Instance master data of a name in any namespace; one value or a list of them."""
    ilmd = event.get("ilmd")
    for key, value in ilmd.items() if isinstance(ilmd, Mapping) else ():
        if _LOCAL.split(key)[-1] == name:
            yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str | int))
