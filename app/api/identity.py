"""Turns a cookie or an API key into an Actor, before any view runs; and keeps other sites' pages from using the cookie."""

from __future__ import annotations

from flask import Flask, Request, g, request

from app.api.door import runtime
from app.errors import Forbidden
from app.party import sign_in
from app.party.permissions import ANONYMOUS, Actor
from app.runtime import Runtime

COOKIE = "truyxuat_session"

_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class CrossSite(Forbidden):
    """A page of another site tried to use the visitor's session."""

    code = "api.cross-site"


def _same_origin(incoming: Request) -> bool:
    """Sec-Fetch-Site first, Origin second; requests of programs carry neither (Go 1.25's cross-origin protection does the same)."""
    site = incoming.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = incoming.headers.get("Origin")
    return origin is None or origin.split("://", 1)[-1] == incoming.host


def _resolve(on: Runtime) -> Actor:
    environ = request.environ
    if request.method not in _UNSAFE and "HTTP_AUTHORIZATION" not in environ and "HTTP_COOKIE" not in environ:
        return ANONYMOUS  # most visitors of printed codes: nothing to look at
    header = environ.get("HTTP_AUTHORIZATION", "")
    if header:
        return sign_in.by_api_key(header, on=on)
    # Without a cookie too: another site's page must not sign a visitor in as somebody else. Where no view will run, nothing is protected:
    # a method that a resource does not know is 405 for everybody.
    if request.method in _UNSAFE and request.routing_exception is None and not _same_origin(request):
        raise CrossSite
    token = request.cookies.get(COOKIE)
    return sign_in.by_session(token, on=on) if token else ANONYMOUS


def install(app: Flask) -> None:
    """Resolve the actor of each request; a session or key that is no longer valid refuses or counts as nobody."""

    def before() -> None:
        g.actor = ANONYMOUS
        if request.endpoint == "static":
            return
        g.actor = _resolve(runtime())

    app.before_request(before)
