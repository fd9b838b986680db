"""Saying something of an element by API or form, and saying that it is no longer: each is a version, nothing is ever changed or deleted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import func, select

from app.catalogue.master import documents, find, rules
from app.catalogue.model import MasterData
from app.errors import Finding, Invalid
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import from_micros, to_micros
from app.store.keys import new_id
from app.store.work import Tx

_VIETNAM = timezone(timedelta(hours=7))
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_WHOLE_DAY = timedelta(days=1) - timedelta(microseconds=1)


class MasterDataInvalid(Invalid):
    """What was said of an element cannot be kept; the findings say where."""

    code = "catalogue.master-invalid"


class NotADay(Invalid):
    """A date is neither a calendar day nor an instant with its offset."""

    code = "catalogue.master-not-a-time"  # params: given


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a version: changed is False when it says what was known already."""

    vocabulary: str
    element: str
    changed: bool


@dataclass(frozen=True, slots=True)
class _Time:
    """From when something is true; day: given as a calendar day, on which whatever was said last counts."""

    at: datetime
    day: bool


def instant_of(text: str, *, end: bool = False, pointer: str = "") -> datetime:
    """The instant a text means: a day of Viet Nam (its beginning, or with `end` its last microsecond), or an instant with an offset.

    Raises NotADay.
    """
    try:
        if _DAY.fullmatch(text):
            at = datetime.combine(date.fromisoformat(text), time(), _VIETNAM) + (_WHOLE_DAY if end else timedelta())
        else:
            at = datetime.fromisoformat(text)
        if at.tzinfo is not None and _EARLIEST <= at <= _LATEST:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise NotADay(pointer=pointer, given=text[:40])


def _begins(text: str | None, now: datetime) -> _Time:
    if not text:
        return _Time(now, day=False)
    return _Time(instant_of(text, pointer="/validFrom"), day=_DAY.fullmatch(text) is not None)


def permission(vocabulary: str, element: str) -> Permission:
    """What somebody needs to say something of an element."""
    of_product = rules.kind(rules.vocabulary(vocabulary), rules.element_key(element)) == "products"
    return Permission.CATALOGUE_PRODUCT_WRITE if of_product else Permission.CATALOGUE_PLACE_WRITE


def put(vocabulary: str, element: str, values: Mapping[str, Any], *, by: Actor, on: Runtime) -> Put:
    """Say what an element of one's own organisation is from a time on.

    values: attributes ([{id, attribute}]), children (URIs), valid_from (a day, an instant, or nothing for now). What is known adds none.
    Raises MasterDataInvalid with findings, NotADay.
    """
    party_id = permit(by, permission(vocabulary, element))
    said = _said(vocabulary, element, values)
    begins = _begins(values.get("valid_from"), on.clock.now())
    added = on.store.write(lambda tx: _keep(tx, said, party_id, begins, by))
    return Put(said.vocabulary, said.element, bool(added))


def remove(vocabulary: str, element: str, valid_from: str | None = None, *, by: Actor, on: Runtime) -> Put:
    """Say that an element is no longer from a time on; what it was before stays known. Raises NoSuchElement, NotADay."""
    party_id = permit(by, permission(vocabulary, element))
    said = documents.said_of(vocabulary, element, [], [])
    begins = _begins(valid_from, on.clock.now())
    with on.store.reading() as connection:
        known = find.versions(connection, party_id, said.element, said.vocabulary, most=1)
    if not known:
        raise find.NoSuchElement(element=element[:80])
    added = on.store.write(lambda tx: _keep(tx, said._replace(as_sent=known[0].as_sent), party_id, begins, by, removed=True))
    return Put(said.vocabulary, said.element, bool(added))


def _said(vocabulary: str, element: str, values: Mapping[str, Any]) -> documents.Said:
    attributes, children = values.get("attributes"), values.get("children")
    attributes, children = [] if attributes is None else _nfc(attributes), [] if children is None else children
    found = rules.element_findings(attributes, children, "")
    if not rules.is_uri(element):
        found.append(Finding("catalogue.master-not-uri", "/id", element[:80], {"limit": rules.LONGEST_URI}))
    if not rules.is_uri(rules.vocabulary(vocabulary)):
        found.append(Finding("catalogue.master-vocabulary", "/vocabulary", vocabulary[:80]))
    if found:
        raise MasterDataInvalid(findings=found, count=len(found))
    return documents.said_of(vocabulary, element, attributes, children)


def _nfc(value: Any) -> Any:
    """Texts in NFC at the border, however deep they stand."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_nfc(item) for item in value]
    return {key: _nfc(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _keep(tx: Tx, said: documents.Said, party_id: int, begins: _Time, by: Actor, *, removed: bool = False) -> int:
    at = _last_of_day(tx, said, party_id, begins.at) if begins.day else begins.at
    row = documents.row_of(said, party_id, at, new_id(), document_id=None, removed=removed, actor=by.name or by.key_id)
    return documents.keep(tx, [row])


def _last_of_day(tx: Tx, said: documents.Said, party_id: int, at: datetime) -> datetime:
    """The beginning of a day, or of the last version that began on it: what is said of a day last counts on it."""
    statement = select(func.max(MasterData.valid_from)).where(
        MasterData.party_id == party_id,
        MasterData.vocabulary == said.vocabulary,
        MasterData.element == said.element,
        MasterData.valid_from.between(to_micros(at), to_micros(at + _WHOLE_DAY)),
    )
    last = tx.execute(statement).scalar()
    return at if last is None else from_micros(last)
