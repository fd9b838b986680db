"""What the embedded database promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from app.runtime import Runtime
from app.store.engine import Engines, StoreUnreachable, WeakDurability, assert_durable, make_engines
from app.store.work import Store
from tests.store.test_work import numbers, put


def test_every_connection_has_the_settings_that_keep_data(embedded: Runtime) -> None:
    wanted: dict[str, Any] = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}
    for engine, query_only in ((embedded.store.engines.writer, 0), (embedded.store.engines.reader, 1)):
        with engine.connect() as connection:
            found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in (*wanted, "query_only")}
        assert found == wanted | {"query_only": query_only}


@pytest.mark.parametrize(("level", "durable"), [(0, False), (1, False), (2, True), (3, True)])
def test_only_full_and_above_count_as_durable(embedded: Runtime, level: int, durable: bool) -> None:
    with embedded.store.engines.reader.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute(f"PRAGMA synchronous={level}")
        if durable:
            assert_durable(connection)
        else:
            with pytest.raises(WeakDurability):
                assert_durable(connection)
        connection.invalidate()


def impatient(engines: Engines) -> Engines:
    """Engines on the same file that wait for a lock 20 ms instead of ten seconds."""
    made = make_engines(engines.writer.url.render_as_string(hide_password=False))
    event.listen(made.writer, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout=20"))
    return made


def test_a_file_another_program_holds_is_busy_and_not_a_fault(embedded: Runtime) -> None:
    store = Store(impatient(embedded.store.engines))
    with embedded.store.engines.writer.connect() as other:
        other.exec_driver_sql("SELECT 1")  # BEGIN IMMEDIATE: the lock is taken
        with pytest.raises(StoreUnreachable, match="locked"):
            store.write(put(1))
    assert store.write(put(2)) == 2
    store.close()
    assert numbers(embedded) == [2]


def test_readers_do_not_wait_for_the_writer(embedded: Runtime) -> None:
    embedded.store.write(put(1))
    with embedded.store.engines.writer.connect() as other:
        other.exec_driver_sql("DELETE FROM log_queue")
        assert numbers(embedded) == [1]


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is not a database, " * 100)
    store = Store(make_engines(f"sqlite:///{tmp_path / 'x.db'}"))
    with pytest.raises(StoreUnreachable, match="not a database"):
        store.write(put(1))
    with pytest.raises(StoreUnreachable, match="not a database"), store.reading() as connection:
        connection.execute(text("SELECT 1 FROM sqlite_master"))
    store.close()


def test_a_folder_that_cannot_be_opened_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    store = Store(make_engines(f"sqlite:///{tmp_path / 'folder.db'}"))
    with pytest.raises(StoreUnreachable, match="open"), store.reading() as connection:
        connection.execute(text("SELECT 1"))
    store.close()
