"""What an organisation's events are asked by: each value once, and a memory of them, so that the thousandth event asks nobody."""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.dialects import postgresql, sqlite

from app.capture.model import EventFacet
from app.store.tables import table
from app.store.work import Store, Tx

Facet = tuple[int, str, str]
"""Organisation, field, value."""

_MOST = 200_000
"""Facets remembered: some 40 MB; beyond it the memory begins anew."""

_TABLE = table(EventFacet)
_LOCK = threading.Lock()


class Seen:
    """Facets that this process knows to be recorded in one store."""

    def __init__(self) -> None:
        self._known: set[Facet] = set()

    def add(self, tx: Tx, found: AbstractSet[Facet]) -> None:
        """Record those that are new; they are remembered once the transaction is durable."""
        fresh = found - self._known
        if not fresh:
            return
        rows = [dict(zip(("party_id", "field", "value"), facet, strict=True)) for facet in sorted(fresh)]
        tx.execute(_insert(tx.connection.dialect.name), rows)
        tx.after_commit(lambda: self._remember(fresh))

    def knows(self, found: AbstractSet[Facet]) -> bool:
        """Whether all of these are recorded."""
        return found <= self._known

    def _remember(self, fresh: AbstractSet[Facet]) -> None:
        if len(self._known) > _MOST:
            self._known = set()
        self._known |= fresh


_seen: WeakKeyDictionary[Store, Seen] = WeakKeyDictionary()


def seen_in(store: Store) -> Seen:
    """What is known of this store."""
    with _LOCK:
        return _seen.setdefault(store, Seen())


def _insert(dialect: str) -> Any:
    make: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(_TABLE).on_conflict_do_nothing()
