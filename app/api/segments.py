"""Segments of the request's path as they were sent: identifiers are URIs, and `%2F` inside one is data."""

from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

from flask import request


def raw_path() -> str:
    """The path as it was sent, percent-encoded; what nobody encoded is encoded here."""
    raw = request.environ.get("RAW_URI") or ""  # latin-1, as it came; PATH_INFO is decoded already
    if raw.startswith("/"):
        return quote(raw.split("?", 1)[0].encode("latin-1", "replace"), safe="/%:@!$&'()*+,;=~")
    return quote(request.path, safe="/:@!$&'()*+,;=~")


def after(prefix: str) -> list[str]:
    """The decoded segments behind a prefix of the path such as `/epcis/epcs/`; none where the path does not begin so."""
    path = raw_path()
    return [decoded(part) for part in path[len(prefix) :].split("/")] if path.startswith(prefix) else []


def decoded(segment: str) -> str:
    """A segment's text; bytes that are no UTF-8 become U+FFFD, and so name nothing."""
    return unquote_to_bytes(segment).decode("utf-8", "replace")


def value_after(prefix: str, last: str = "") -> str | None:
    """The value that stands behind a prefix as one segment, before a last segment that is named; None where it is not so.

    A URI that nobody encoded (`/epcis/epcs/https://id.gs1.org/01/…/events`) stands in many segments: what lies between is its text.
    """
    parts = after(prefix)
    if len(parts) > 1 and parts[-1] == "" and (len(parts) == 2 or parts[-2] == last):
        parts.pop()  # a slash at the end of the path, which no URI in it can have meant
    if last:
        if len(parts) < 2 or parts[-1] != last:
            return None
        parts.pop()
    return "/".join(parts) or None
