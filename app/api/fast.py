"""Plain redirects of printed codes, answered in front of Flask: most of what phones ask is one look-up and one header.

It asks the resolver the same question as the doors do (`answer.redirect_for`), so the two cannot disagree; whatever is not a plain
redirect - link sets, choices, pages, errors, a database that is away - goes on to Flask untouched. Measured with a million keys: 15,600 a
second in one process where Flask does 4,000; behind the server on a socket 4,100 and 900 for each second of its processor time, because its
threads wait for each other at Python's lock (tests/bench/bench_resolve.py).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

from app.identify import keys
from app.resolve import answer
from app.resolve.answer import Plain
from app.resolve.pages import site_of
from app.runtime import Runtime
from app.store.quick import NotQuick
from app.verify.address import raw_path
from app.web import headers

_KEYS = "|".join(keys.QUALIFIERS)
_PLAIN = re.compile(rf"/(?:(?:{_KEYS})/[^?#]+|e[hx][0-9A-Za-z_-]+/?)")
_QUERY = re.compile(r"[!-~]*")
_WHAT_FLASK_SAYS = {"Content-Type": "text/html; charset=utf-8", "Content-Length": "0"}

Headers = list[tuple[str, str]]


class FastRedirects:
    """The redirects of one installation."""

    def __init__(self, on: Runtime) -> None:
        self._reader = on.store.quick
        self._site = site_of(on.settings.public_url(), on.settings.language)
        self.always: Headers = list((_WHAT_FLASK_SAYS | headers.of_every_answer(on.settings)).items())
        """Headers that stand beside those of each redirect."""

    def answer(self, path: str, query: str, accept: str | None, accept_language: str | None) -> Plain | None:
        """The redirect of a GET or HEAD request, as Flask would answer it; None where Flask is to answer.

        path, query: as they were sent.
        """
        if not _PLAIN.fullmatch(path) or not _QUERY.fullmatch(query):
            return None
        try:
            found: Plain | None = self._reader.ask(
                lambda connection: answer.redirect_for(connection, path, query, accept, accept_language, self._site)
            )
        except NotQuick:
            return None
        return found


def in_front(wsgi: Callable[..., Iterable[bytes]], redirects: FastRedirects) -> Callable[..., Iterable[bytes]]:
    """A WSGI application with the fast redirects before it (PEP 3333); needs a server that hands over the raw target as RAW_URI."""

    @functools.wraps(wsgi, updated=())
    def run(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        target = environ.get("RAW_URI")
        if target and environ["REQUEST_METHOD"] in {"GET", "HEAD"} and "HTTP_AUTHORIZATION" not in environ:
            tongues = environ.get("HTTP_ACCEPT_LANGUAGE")
            found = redirects.answer(raw_path(target, ""), environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT"), tongues)
            if found is not None:
                start(f"{found.status} Temporary Redirect", [*found.headers.items(), *redirects.always])
                return [b""]
        return wsgi(environ, start)

    return run
