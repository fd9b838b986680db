"""Master data in the header of an EPCIS document: judged with it, made into versions before the writer's lock, kept in its transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from app.catalogue.master import rules
from app.catalogue.model import MasterData
from app.errors import Finding
from app.store.columns import to_micros
from app.store.keys import new_ids
from app.store.tables import table
from app.store.work import Tx

_USUAL = frozenset(("cbv", "cbvmda", "epcis", "gs1"))
"""Prefixes that every document has."""
_AT_ONCE = 400
"""Elements looked up in one statement; SQLite binds at most 32,766 values and plans long lists slowly."""


class VersionRow(NamedTuple):
    """A row of master_data in the order of its columns; see app/catalogue/model.py."""

    party_id: int
    vocabulary: str
    element: str
    valid_from: int
    version_id: int
    element_as_sent: str
    attributes: str
    children: str
    removed: bool
    document_id: int | None
    checksum: bytes
    actor: str | None


_TABLE = table(MasterData)
_COLUMNS = tuple(column.name for column in _TABLE.columns)


class Said(NamedTuple):
    """One element as a document says it."""

    vocabulary: str
    element: str
    as_sent: str
    attributes: list[Any]
    children: list[Any]
    pointer: str


def carries(header: Any) -> bool:
    """Whether a header says anything of any element."""
    return next(_elements(header, ""), None) is not None


def findings(header: Any, pointer: str = "/epcisHeader") -> list[Finding]:
    """What cannot be kept of the master data in a header; its shape is the schema's business. header: `epcisHeader`, or None."""
    found: list[Finding] = []
    count = 0
    for count, said in enumerate(_elements(header, pointer), 1):
        if count > rules.MOST_ELEMENTS:
            where = f"{pointer}/epcisMasterData/vocabularyList"
            return [*found, Finding("catalogue.master-too-many-elements", where, None, {"limit": rules.MOST_ELEMENTS})]
        if not rules.is_uri(said.as_sent):
            found.append(Finding("catalogue.master-not-uri", f"{said.pointer}/id", said.as_sent[:80], {"limit": rules.LONGEST_URI}))
        if len(said.vocabulary) > rules.LONGEST_URI:
            found.append(Finding("catalogue.master-not-uri", said.pointer, said.vocabulary[:80], {"limit": rules.LONGEST_URI}))
        found += rules.element_findings(said.attributes, said.children, said.pointer)
    return found


def prepare(header: Any, party_id: int, document_id: int, at: datetime, namespaces: Mapping[str, str] | None = None) -> list[VersionRow]:
    """The versions that a header brings, ready for `keep`; of an element that stands twice in one vocabulary the last counts.

    header: `epcisHeader` in the JSON structure, without findings, or None; at: when the document was captured; from then on it is true.
    namespaces: of the document's prefixes, which mean nothing beside it: names inside attributes are kept whole.
    """
    said = {(each.vocabulary, each.element): each for each in _elements(header, "")}
    spaces = _spaces(namespaces) if said and namespaces else {}
    if spaces:
        said = {key: each._replace(attributes=_whole(each.attributes, spaces)) for key, each in said.items()}
    numbers = new_ids(len(said)) if said else []
    return [row_of(each, party_id, at, number, document_id=document_id) for each, number in zip(said.values(), numbers, strict=True)]


def _spaces(namespaces: Mapping[str, str]) -> dict[str, str]:
    """Namespaces by prefix that a name can be joined with, so that it can be divided again where it is written as XML."""
    return {prefix: space for prefix, space in namespaces.items() if space.endswith(("/", "#", ":")) and prefix not in _USUAL}


def _whole(value: Any, spaces: Mapping[str, str]) -> Any:
    """A value with the names of its members whole; attributes of XML keep theirs."""
    if isinstance(value, list):
        return [_whole(each, spaces) for each in value]
    if not isinstance(value, Mapping):
        return value
    made = {}
    for name, member in value.items():
        prefix, colon, local = name.partition(":")
        made[spaces[prefix] + local if colon and prefix in spaces else name] = _whole(member, spaces)
    return made


def row_of(
    said: Said, party_id: int, at: datetime, version_id: int, *, document_id: int | None, removed: bool = False, actor: str | None = None
) -> VersionRow:
    """One version as a row."""
    attributes = [rules.Attribute(each["id"], each.get("attribute", "")) for each in said.attributes]
    kept = json.dumps([{"id": each.id, "attribute": each.value} for each in attributes], ensure_ascii=False, separators=(",", ":"))
    children = json.dumps(said.children, ensure_ascii=False, separators=(",", ":"))
    digest = rules.checksum(attributes, said.children, removed=removed)
    key = (party_id, said.vocabulary, said.element, to_micros(at), version_id)
    return VersionRow(*key, said.as_sent, kept, children, removed, document_id, digest, actor)


def keep(tx: Tx, rows: Sequence[VersionRow], *, repeated: bool = False) -> int:
    """Keep those versions that say something new of their element at their time; how many those are. Runs inside capture's transaction.

    repeated: the document was recorded before, so that what was ever said of an element is no news, even where something else counts now:
    a document that a queue delivers once more must not turn the clock back.
    """
    if not rows:
        return 0
    told: dict[tuple[str, str], list[bytes]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        told |= _told(tx, rows[start : start + _AT_ONCE])
    earlier = slice(None) if repeated else slice(-1, None)
    fresh = [row for row in rows if row.checksum not in told.get((row.vocabulary, row.element), [])[earlier]]
    tx.insert(_TABLE, _COLUMNS, fresh)
    return len(fresh)


def _told(tx: Tx, rows: Sequence[VersionRow]) -> dict[tuple[str, str], list[bytes]]:
    """Checksums of what was said of these elements until these versions begin, the one that counts then last."""
    statement = (
        select(MasterData.vocabulary, MasterData.element, MasterData.checksum)
        .where(MasterData.party_id == rows[0].party_id, MasterData.element.in_({row.element for row in rows}))
        .where(MasterData.valid_from <= rows[0].valid_from)
        .order_by(MasterData.valid_from, MasterData.version_id)
    )
    found: dict[tuple[str, str], list[bytes]] = {}
    for row in tx.execute(statement):
        found.setdefault((row.vocabulary, row.element), []).append(bytes(row.checksum))
    return found


def said_of(vocabulary: str, element: str, attributes: list[Any], children: list[Any]) -> Said:
    """One element as a program or a person says it."""
    return Said(rules.vocabulary(vocabulary), rules.element_key(element), element, attributes, children, "")


def _elements(header: Any, pointer: str) -> Iterator[Said]:
    """Every element of a header that has an identifier, in order; whatever has another shape is left out."""
    master = header.get("epcisMasterData") if isinstance(header, Mapping) else None
    listed = master.get("vocabularyList") if isinstance(master, Mapping) else None
    for number, each in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(each, Mapping) or not isinstance(each.get("type"), str):
            continue
        elements = each.get("vocabularyElementList")
        for place, element in enumerate(elements if isinstance(elements, list) else ()):
            if isinstance(element, Mapping) and isinstance(element.get("id"), str):
                where = f"{pointer}/epcisMasterData/vocabularyList/{number}/vocabularyElementList/{place}"
                kind, uri = rules.vocabulary(each["type"]), element["id"]
                yield Said(kind, rules.element_key(uri), uri, element.get("attributes") or [], element.get("children") or [], where)
