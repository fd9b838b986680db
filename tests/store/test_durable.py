"""A database that may forget what it acknowledged is refused before the first write."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from app.store.engine import WeakDurability, make_engines
from app.store.work import Store


def weak(database_url: str) -> Any:
    """Engines whose connections do not wait for the disk."""
    engines = make_engines(database_url)
    statement = "PRAGMA synchronous=NORMAL" if engines.sqlite else "SET synchronous_commit = off"

    def loosen(raw: Any, _record: Any) -> None:
        raw.execute(statement)
        if not engines.sqlite:
            raw.commit()

    event.listen(engines.writer, "connect", loosen)
    return engines


def test_a_writer_that_would_not_wait_for_the_disk_is_refused(database_url: str) -> None:
    store = Store(weak(database_url))
    with pytest.raises(WeakDurability) as refusal:
        store.write(lambda _tx: None)
    store.close()
    assert refusal.value.status == 503
    assert refusal.value.params["setting"] in {"synchronous", "synchronous_commit"}


def test_it_stays_refused_and_is_asked_again_each_time(database_url: str) -> None:
    store = Store(weak(database_url))
    for _ in range(3):
        with pytest.raises(WeakDurability):
            store.write(lambda _tx: None)
    store.close()


def test_whoever_insists_may_write_all_the_same(database_url: str) -> None:
    store = Store(weak(database_url), allow_weak_durability=True)
    assert store.write(lambda _tx: "written") == "written"
    store.close()
