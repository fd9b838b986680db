"""WSGI entry for servers that bring their own workers.

    gunicorn --workers 1 --threads 32 --limit-request-line 8190 app.wsgi:application

It opens the installation and keeps the log going, like `truyxuat serve`. `%2F` in a path survives where the server passes RAW_URI.
On SQLite a second worker is refused: `--workers 1`, and a restart rather than a reload. A request line has at most 8,190 bytes here.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Callable, Iterable
from typing import Any

from app import create_app
from app.api.fast import FastRedirects, in_front
from app.api.opening import only_one, open_installation
from app.api.proxies import believe
from app.verify.address import raw_path
from app.work.background import Background


def as_sent(wsgi: Callable[..., Iterable[bytes]], trusted_proxies: int) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that finds in the environment what the ASGI door puts there: the bare raw path, and who asks behind proxies."""

    @functools.wraps(wsgi, updated=())
    def run(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ.get("RAW_URI"):  # with the query, and in absolute form with the authority
            environ["RAW_URI"] = raw_path(environ["RAW_URI"], "")
        believe(environ, trusted_proxies)
        return wsgi(environ, start)

    return run


application = create_app()
_on = application.extensions["truyxuat"]
_lock = only_one(_on)
open_installation(_on)
_quick = in_front(application.wsgi_app, FastRedirects(_on))
application.wsgi_app = as_sent(_quick, _on.settings.trusted_proxies)  # type: ignore[method-assign]  # Flask's documented place for it
_background = Background(_on)
_background.start()
atexit.register(_on.close)
atexit.register(_background.stop)
