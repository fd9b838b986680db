"""The form of one key's links: fields with numbers for each link, read and filled without script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import Finding, Refusal
from app.resolve.anchor import Path
from app.resolve.links import DEFAULT, Link, Registration

PLAIN = ("description", "default_href", "default_title")
ROW = ("rel", "href", "title", "language", "media", "context")
MOST_ROWS = 210
SPARE = 1
"""Empty rows below the links there are."""

_PARTS = re.compile(r"\s*[,;]\s*")
_FIELDS = {
    "/itemDescription": "description",
    "/default/href": "default_href",
    "/default/title": "default_title",
    "/default": "default_href",
}
_ROW_FIELDS = {"rel": "rel", "href": "href", "title": "title", "type": "media", "hreflang": "language", "context": "context"}
_IN_LINK = re.compile(r"/links/(\d+)(?:/([a-z]+))?")


def names(rows: int) -> list[str]:
    """Every field of a form with so many rows."""
    return [*PLAIN, *(f"{name}-{row}" for row in range(rows) for name in ROW)]


def filled(registration: Registration) -> dict[str, str]:
    """The fields of a registration. The link that only repeats the default under its own type is a row like any other."""
    default = registration.default
    values = {"description": registration.description}
    values |= {"default_href": default.href, "default_title": default.title} if default is not None else {}
    for row, link in enumerate(registration.links):
        values |= {
            f"rel-{row}": link.rel,
            f"href-{row}": link.href,
            f"title-{row}": link.title,
            f"language-{row}": ", ".join(link.hreflang),
            f"media-{row}": link.type or "",
            f"context-{row}": ", ".join(link.context),
        }
    return values | {"rows": str(len(registration.links) + SPARE)}


def used(values: Mapping[str, str], rows: int) -> list[int]:
    """Rows in which anything but the link type stands."""
    return [row for row in range(rows) if any(values.get(f"{name}-{row}") for name in ROW[1:])]


def is_kept(values: Mapping[str, str], row: int, found: Registration | None) -> bool:
    """Whether a row says what is registered already, so that it may be shown closed."""
    return found is not None and _link(values, row) in found.links


def row_of(values: Mapping[str, str], rows: int, link: Link) -> int | None:
    """The row in which a link stands, None where none holds it as it is."""
    return next((row for row in range(rows) if _link(values, row) == link), None)


def said(path: Path, values: Mapping[str, str], rows: int) -> Registration:
    """What a form says; an empty default link means our verification page."""
    href, title = values.get("default_href", ""), values.get("default_title", "")
    default = Link(DEFAULT, href, title) if href or title else None
    links = [_link(values, row) for row in used(values, rows)]
    return Registration(path, values.get("description", ""), default, tuple(links))


def _link(values: Mapping[str, str], row: int) -> Link:
    def of(name: str) -> str:
        return values.get(f"{name}-{row}", "")

    def listed(name: str) -> tuple[str, ...]:
        return tuple(filter(None, _PARTS.split(of(name))))

    return Link(of("rel"), of("href"), of("title"), of("media") or None, listed("language"), listed("context"))


def without(values: Mapping[str, str], rows: int, dropped: int) -> dict[str, str]:
    """The fields with one row taken out and the others moved up."""
    kept = {name: values.get(name, "") for name in PLAIN}
    remaining = [row for row in range(rows) if row != dropped]
    for place, row in enumerate(remaining):
        kept |= {f"{name}-{place}": values.get(f"{name}-{row}", "") for name in ROW}
    return kept | {"rows": str(len(remaining))}


def field_of(pointer: str, rows: Sequence[int]) -> str:
    """The field that a pointer inside a registration leads to, "" for none; rows: the row of each link."""
    match = _IN_LINK.match(pointer)
    if match is None:
        return next((name for start, name in _FIELDS.items() if pointer.startswith(start)), "")
    name = _ROW_FIELDS.get(match[2] or "href", "href")
    return f"{name}-{rows[int(match[1])]}" if int(match[1]) < len(rows) else ""


def findings_of(refusal: Refusal) -> Sequence[Finding]:
    """What a refusal found, or itself as the one finding."""
    return refusal.findings or (Finding(refusal.code, refusal.pointer, None, refusal.params),)


def spare(values: Mapping[str, Any], least: int = 0) -> int:
    """How many rows a form shows."""
    given = str(values.get("rows", ""))
    return max(least, min(int(given), MOST_ROWS) if given.isascii() and given.isdecimal() and len(given) < 4 else SPARE)
