"""Health, readiness and version: for load balancers, monitors and people in a hurry."""

from __future__ import annotations

import time

import orjson
from flask import Response
from sqlalchemy import select

from app import __version__
from app.api.door import Access, Door, runtime
from app.label.stamps.backlog import backlog
from app.ledger import find as log_find
from app.ledger import guard
from app.ledger.model import LogQueue
from app.store import migrate
from app.store.columns import from_micros

door = Door("watch_api", __name__)

_OLDEST_WAITING = 10.0
"""Seconds an entry may wait for its checkpoint before the installation counts as not ready."""


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body, default=str), status, content_type="application/json")


@door.route("/healthz", needs=Access.PUBLIC, operation="getHealth")
def get_health() -> Response:
    """The process answers."""
    return _json({"status": "ok"})


@door.route("/version", needs=Access.PUBLIC, operation="getVersion")
def get_version() -> Response:
    """Which program this is."""
    return _json({"name": "truyxuat", "version": __version__, "revision": migrate.head()})


@door.route("/readyz", needs=Access.PUBLIC, operation="getReadiness")
def get_readiness() -> Response:
    """The database answers, the writer keeps up, the log is not behind."""
    on, began = runtime(), time.perf_counter()
    with on.store.reading() as connection:
        latest, state = log_find.latest_checkpoint(connection), log_find.state(connection)
        labels = backlog(connection)
        waiting = connection.execute(select(LogQueue.queue_id).order_by(LogQueue.queue_id).limit(1)).scalar()
    behind = 0.0
    if waiting is not None:
        from app.store.keys import time_of

        behind = (on.clock.now() - time_of(waiting)).total_seconds()
    published = guard.read(on).size
    kept = 0 if state is None else state.size
    ready = published <= kept and behind < _OLDEST_WAITING and on.store.waiting() < on.settings.queue_length
    body = {
        "ready": ready,
        "databaseMilliseconds": round((time.perf_counter() - began) * 1000, 1),
        "writesWaiting": on.store.waiting(),
        "logSecondsBehind": round(behind, 1),
        "logRolledBack": published > kept,
        "labelsBehind": {"events": labels.events, "jobs": labels.jobs, "serials": labels.serials, "runs": labels.runs},
        "checkpoint": None if latest is None else {"size": latest.size, "publishedAt": from_micros(latest.published_at).isoformat()},
    }
    return _json(body, 200 if ready else 503)
