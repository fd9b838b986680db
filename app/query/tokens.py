"""Tokens that continue an answer: they say where the page before ended and what was asked, so nothing is kept for them; pure.

Pages continue behind a key, never behind a count: what is recorded in between neither repeats an event nor hides one.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.query.filters import Pairs
from app.query.refusals import TokenWrong

LIFE = timedelta(days=1)
"""How long a token is promised to be good; it takes nothing of ours, so it is good for longer."""

_MOST_BYTES = 65_536

Place = tuple[int | str, ...]
"""The key behind which the next page begins."""


@dataclass(frozen=True, slots=True)
class Token:
    """Where an answer goes on. party_id: whose events; asked: the resource, as `events` or `bizSteps/shipping/events`."""

    party_id: int
    asked: str
    pairs: Pairs
    place: Place


def write(token: Token) -> str:
    """The token as text for an address."""
    told = [token.party_id, token.asked, [list(pair) for pair in token.pairs], list(token.place)]
    packed = zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read(text: str) -> Token:
    """The token that a text holds. Raises TokenWrong for what `write` did not make."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        told = json.loads(reader.decompress(packed, _MOST_BYTES))
        party_id, asked, pairs, place = told
        found = Token(party_id, asked, tuple((name, value) for name, value in pairs), tuple(place))
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError) as error:
        raise TokenWrong(pointer="?nextPageToken") from error
    if not _is_ours(found) or not reader.eof or reader.unused_data:
        raise TokenWrong(pointer="?nextPageToken")
    return found


_LARGEST = 2**63


def _is_ours(token: Token) -> bool:
    texts: Sequence[object] = [
        token.asked,
        *(text for pair in token.pairs for text in pair),
        *(each for each in token.place if isinstance(each, str)),
    ]
    numbers = [token.party_id, *(each for each in token.place if not isinstance(each, str))]
    return all(map(_can_be_kept, texts)) and all(type(each) is int and -_LARGEST <= each < _LARGEST for each in numbers)


def _can_be_kept(text: object) -> bool:
    """Whether a value is a text that a database can be asked for."""
    return isinstance(text, str) and "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def continued(text: str | None, party_id: int, asked: str, pairs: Pairs) -> tuple[Pairs, Place | None]:
    """(what is asked, behind which key) for a request with a token or without one.

    A request that repeats the filters must repeat those of the token; one that leaves them all out means those of the token.
    Raises TokenWrong.
    """
    if text is None:
        return pairs, None
    token = read(text)
    if token.party_id != party_id or token.asked != asked or (pairs and sorted(pairs) != sorted(token.pairs)):
        raise TokenWrong(pointer="?nextPageToken")
    return token.pairs, token.place


def numbers(place: Place | None, *lengths: int) -> tuple[int, ...] | None:
    """The key as numbers, of which there may be so many. Raises TokenWrong."""
    if place is None:
        return None
    found = tuple(each for each in place if isinstance(each, int))
    if len(found) != len(place) or len(found) not in lengths:
        raise TokenWrong(pointer="?nextPageToken")
    return found
