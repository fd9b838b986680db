"""How pages show things: words, instants, days, figures, links that keep the language, and the way around."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import Blueprint, g, request

from app.api.door import ROUTES, Access, Route
from app.api.problem import language
from app.party.permissions import ANONYMOUS, Actor
from app.settings import LANGUAGES
from app.verify.address import raw_path
from app.words.translate import translator

VIETNAM = "+07:00"

_TONGUES = (("vi", "VI", "Tiếng Việt"), ("en", "EN", "English"), ("fr", "FR", "Français"))
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_SEPARATORS = {"vi": (".", ","), "en": (",", "."), "fr": ("\u202f", ",")}

_PLACES = (
    ("web.nav_console", "/console", "home"),
    ("web.nav_products", "/console/products", "box"),
    ("web.nav_lots", "/console/lots", "batch"),
    ("web.nav_places", "/console/places", "place"),
    ("web.nav_labels", "/console/labels", "tag"),
    ("web.nav_stamps", "/console/stamps", "shield"),
    ("web.nav_links", "/console/links", "link"),
    ("web.nav_events", "/console/events", "truck"),
    ("web.nav_recalls", "/console/recalls", "hand"),
    ("web.nav_scan", "/scan", "scan"),
)
"""Words, path and picture of the places of the main navigation; one shows when its page exists and the reader may open it."""


@dataclass(frozen=True, slots=True)
class Place:
    """One link of the navigation; `here` marks the page the reader is on."""

    words: str
    path: str
    picture: str
    here: bool


def t(key: str, **params: Any) -> str:
    """The sentence of a key in the reader's language."""
    return translator(language())(key, **params)


def reader() -> Actor:
    """Who reads this page, also when the request was refused before that was found out."""
    found: Actor = getattr(g, "actor", ANONYMOUS)
    return found


def signed_in() -> Actor | None:
    """The person (or program) that is signed in, or None."""
    caller = reader()
    return None if caller.anonymous else caller


def languages() -> tuple[tuple[str, str, str], ...]:
    """Code, short name and own name of each language."""
    return _TONGUES


def in_language(tongue: str) -> str:
    """This page in another language."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    path = raw_path(request.environ.get("RAW_URI"), request.environ.get("PATH_INFO", ""))  # `%2F` in a lot number is data
    return "/" + path.lstrip("/") + "?" + urlencode([*kept, ("lang", tongue)])


def link(path: str) -> str:
    """A path of ours; a visitor who is not signed in takes the language they chose along, because no cookie remembers it."""
    tongue = request.args.get("lang")
    if tongue not in LANGUAGES or signed_in():
        return path
    return path + ("&" if "?" in path else "?") + f"lang={tongue}"


def local_path(text: str | None, instead: str = "/console") -> str:
    """A path on this site to go on to, or `instead`: what leads elsewhere (scheme, `//host`, backslash, control characters) is dropped."""
    text = text or ""
    if not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable() or " " in text:
        return instead
    parts = urlsplit(text)
    return instead if parts.scheme or parts.netloc else text


def _route(rule: str) -> Route | None:
    return next((route for route in ROUTES if route.rule == rule and route.method == "GET"), None)


def reachable(path: str) -> bool:
    """Whether a page exists and the reader may open it."""
    route = _route(path)
    if route is None:
        return False
    if route.needs is Access.PUBLIC:
        return True
    caller = reader()
    return not caller.anonymous and (isinstance(route.needs, Access) or caller.may(route.needs))


def navigation() -> list[Place]:
    """The main places of somebody who is signed in; nobody else needs more than the header."""
    if signed_in() is None:
        return []
    return [Place(words, path, picture, _here(path)) for words, path, picture in _PLACES if reachable(path)]


_ALSO = {
    "/console/stamps": ("/console/serials", "/console/serial-ranges", "/console/ssccs"),
    "/console/places": ("/console/master-data",),
}
"""Pages that belong to a place of the navigation although their addresses begin otherwise."""


def _here(path: str) -> bool:
    places = (path, *_ALSO.get(path, ()))
    return request.path in places or (path != "/console" and request.path.startswith(tuple(place + "/" for place in places)))


def instant(at: datetime | str, offset: str = VIETNAM) -> str:
    """An instant as dd/mm/yyyy HH:MM +07:00 at an offset of its own; at: aware datetime, or ISO 8601 text with an offset."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    match = _OFFSET.fullmatch(offset) or _OFFSET.fullmatch(VIETNAM)
    if match is None or at.tzinfo is None:
        message = "an instant has an offset"
        raise ValueError(message)
    minutes = (int(match[2]) * 60 + int(match[3])) * (-1 if match[1] == "-" else 1)
    return at.astimezone(timezone(timedelta(minutes=minutes))).strftime("%d/%m/%Y %H:%M ") + match[0]


def day(on: date | str | None) -> str:
    """A calendar day as dd/mm/yyyy; on: date, or ISO text (text of another form is shown as it is)."""
    if not on:
        return ""
    if isinstance(on, str):
        try:
            on = date.fromisoformat(on)
        except ValueError:
            return str(on)
    return on.strftime("%d/%m/%Y")


def number(figure: float | Decimal | str) -> str:
    """A figure with the separators of the reader's language: 1.234,5 in Vietnamese, 1,234.5 in English, 1 234,5 in French."""
    thousands, point = _SEPARATORS[language()]
    whole, _, rest = f"{Decimal(str(figure)):,f}".partition(".")
    return whole.replace(",", thousands) + (point + rest if rest else "")


_UNITS = ("KGM", "GRM", "TNE", "LTR", "MLT", "H87", "MTR", "MTK", "CEL", "P1")


def shown_gtin(gtin: str) -> str:
    """A GTIN-14 as it is printed under its bars: 8, 13 or 14 digits; a leading zero of a GTIN-13 is a digit like any other."""
    return gtin[6:] if gtin.startswith("000000") else gtin.removeprefix("0")


def amount(figure: float | Decimal | str, unit: str | None) -> str:
    """A quantity with its unit as people write it; unit: UN/ECE Recommendation 20, a code without words here shows as it is."""
    told = t(f"web.unit_{unit}") if unit in _UNITS else unit or ""
    return f"{number(figure)}\u00a0{told}".rstrip("\u00a0")


def lot_page(gtin: str, lot: str) -> str:
    """The console's page of a batch; a slash in its number is data."""
    return f"/console/lots/{gtin}/{quote(lot, safe='')}"


def serial_page(gtin: str, serial: str) -> str:
    """The console's page of one serial number."""
    return f"/console/serials/{gtin}/{quote(serial, safe='')}"


_WORDS: tuple[Callable[..., Any], ...] = (t, language, instant, day, number, amount, shown_gtin)
_WAYS: tuple[Callable[..., Any], ...] = (
    languages, in_language, link, signed_in, reachable, navigation, lot_page, serial_page,
)  # fmt: skip


def install(blueprint: Blueprint) -> None:
    """Give every template of the application these names; as globals they also work inside macros."""
    for function in _WORDS + _WAYS:
        blueprint.add_app_template_global(function, function.__name__)
