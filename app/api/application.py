"""The composition root of the server: one list of doors, in order."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes

from flask import Flask

from app import __version__
from app.api import epcis, identity, problem
from app.runtime import Runtime, make_runtime
from app.settings import Settings, load
from app.web import headers

DOORS = (
    "app.watch.api",
    "app.api.contract",
    "app.party.api",
    "app.party.pages",
    "app.catalogue.api",
    "app.catalogue.pages",
    "app.catalogue.lots.pages",
    "app.catalogue.master.api",
    "app.catalogue.master.pages",
    "app.label.designs.api",
    "app.label.designs.pages",
    "app.label.excel.api",
    "app.label.excel.pages",
    "app.label.jobs.api",
    "app.label.jobs.pages",
    "app.label.stamps.api",
    "app.label.stamps.pages",
    "app.label.numbering.pages",
    "app.label.runs.api",
    "app.label.runs.pages",
    "app.label.units.api",
    "app.label.units.pages",
    "app.capture.binding.api",
    "app.capture.binding.pages",
    "app.query.api",  # before the doors of capture: the framework would answer OPTIONS for theirs itself
    "app.capture.api",
    "app.capture.jobs.api",
    "app.capture.pages",
    "app.ledger.api",
    "app.ledger.pages",
    "app.journey.flags.api",
    "app.journey.flags.pages",
    "app.recall.api",
    "app.recall.pages",
    "app.resolve.api",
    "app.resolve.proof.api",
    "app.resolve.proof.pages",
    "app.resolve.manage.api",
    "app.resolve.manage.pages",
    "app.resolve.pages",
    "app.verify.api",
    "app.verify.pages",
    "app.identify.api",
    "app.identify.pages",
    "app.web.pages",
)
"""Modules with a `door` (app.api.door.Door) each; a slice is served when it is listed here."""


_ASCII = bytes(range(0x80)).decode()


def _encoded_query(wsgi: Callable[..., Any]) -> Callable[..., Any]:
    """Percent-encode bytes of a query that nobody encoded: Werkzeug fails on those that are no UTF-8, wherever the query is read first."""

    def run(environ: dict[str, Any], start: Any) -> Any:
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote_from_bytes(query.encode("latin-1"), safe=_ASCII)
        return wsgi(environ, start)

    return run


def bind(app: Flask, on: Runtime) -> None:
    """Put the application over this runtime; nothing else in it belongs to an installation, so tests build it once and bind it anew.

    What doors remember of their visitors, in `app.extensions["truyxuat.<slice>..."]`, is forgotten.
    """
    for name in [name for name in app.extensions if name.startswith("truyxuat")]:
        del app.extensions[name]
    app.extensions["truyxuat"] = on
    app.config["MAX_CONTENT_LENGTH"] = on.settings.max_body_bytes


class _Application(Flask):
    """Flask without what no view of ours needs: it asks nine times a request whether a function is a coroutine, 30 microseconds in all."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def make_application(settings: Settings | None = None, runtime: Runtime | None = None) -> Flask:
    """The Flask application; tests hand in their own runtime, with their own clock and database."""
    on = runtime or make_runtime(settings or load())
    app = _Application("app", static_folder="web/static", static_url_path="/static", template_folder="web/templates")
    app.wsgi_app = _encoded_query(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented place for middleware
    app.config.update(MAX_FORM_MEMORY_SIZE=2_000_000, MAX_FORM_PARTS=200)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    bind(app, on)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["version"] = __version__
    problem.install(app)
    identity.install(app)
    headers.install(app)
    epcis.install(app)
    for name in DOORS:
        app.register_blueprint(importlib.import_module(name).door.blueprint)
    return app
