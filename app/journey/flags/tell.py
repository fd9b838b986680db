"""What an organisation may ask about the flags on its own events."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

import orjson

from app.errors import Invalid
from app.identify.item_key import item_key
from app.identify.read import identify
from app.journey.flags import find
from app.journey.flags.find import Flag, Page
from app.journey.flags.follow import catch_up, waiting
from app.journey.flags.rules import CODES
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime


class NoSuchFlag(Invalid):
    """Flags of a code are asked for that no flag has."""

    code = "flags.no-such-code"


class PageUnknown(Invalid):
    """A page is asked for by a token that no answer gave."""

    code = "flags.page-unknown"


def newest(*, by: Actor, on: Runtime, code: str = "", item: str = "", before: str = "", count: int = find.PAGE) -> tuple[list[Flag], str]:
    """A page of flags, newest event first, and the token of the next page, "" at the end.

    code: only these; item: only of this item, in any spelling, all on one page. Raises NoSuchFlag, PageUnknown.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    if code and code not in CODES:
        raise NoSuchFlag(pointer="?code", given=code[:60], expected=", ".join(CODES))
    place = _place(before) if before else None
    with on.store.reading() as connection:
        if item:
            found = find.of_item(connection, party_id, item_key(_canonical(item)), find.MOST_OF_EVENT)
            return [flag for flag in found if not code or flag.code == code], ""
        page = find.newest(connection, party_id, code=code, before=place, count=count)
    return page.flags, _token(page)


def tally(*, by: Actor, on: Runtime) -> tuple[dict[str, int], int]:
    """How many flags of each code there are, and how many entries of the log are still to be judged."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        return find.tally(connection, party_id), waiting(connection)


def left(*, on: Runtime) -> int:
    """How many entries of the log are still to be judged."""
    with on.store.reading() as connection:
        return waiting(connection)


def of_events(event_ids: Iterable[int], *, by: Actor, on: Runtime) -> dict[int, list[Flag]]:
    """Flags by event, for events of the own organisation."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        return find.of_events(connection, party_id, event_ids)


def counts(event_ids: Iterable[int], *, by: Actor, on: Runtime) -> dict[int, int]:
    """How many flags events have, for a list of them."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        return find.counts(connection, party_id, event_ids)


def after_capture(event_ids: Iterable[int], *, by: Actor, on: Runtime) -> list[Flag]:
    """Flags of events that were recorded a moment ago: the log and the flags are brought to their end first. For the command."""
    catch_up(on)
    return [flag for flags in of_events(event_ids, by=by, on=on).values() for flag in flags]


def as_json(flag: Flag) -> dict[str, Any]:
    """A flag for programs, without words. otherEvent: None where there is none, and where another organisation recorded it (otherParty)."""
    return {
        "code": flag.code,
        "eventID": flag.event_uri,
        "item": flag.item,
        "otherEvent": flag.other_uri or None,
        "otherParty": bool(flag.other and not flag.other_uri),
        "foundAt": flag.found_at,
    }


def _canonical(item: str) -> str:
    try:
        return identify(item).canonical
    except Invalid:
        return item  # an identifier of somebody else's making


def _token(page: Page) -> str:
    return "" if page.following is None else base64.urlsafe_b64encode(orjson.dumps(page.following)).decode().rstrip("=")


def _place(token: str) -> find.Place:
    try:
        event_id, code, issuer, class_key, instance = orjson.loads(base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError) as error:
        raise PageUnknown(pointer="?before") from error
    numbers, texts = (event_id, issuer, class_key), (code, instance)
    if not all(isinstance(number, int) and -(2**63) <= number < 2**63 for number in numbers) or not all(
        isinstance(text, str) and "\0" not in text for text in texts
    ):
        raise PageUnknown(pointer="?before")
    return event_id, code, issuer, class_key, instance
