"""Migrations: up, down, with data, and equal to the models, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, inspect, select, text

from app.ledger.model import LogQueue
from app.runtime import Runtime
from app.store import migrate
from app.store.columns import Document
from app.store.engine import Engines, make_engines
from app.store.tables import all_tables
from tests.builders import document, make_enterprise, object_event, raw
from tests.store.test_work import numbers, put

NEXT = '''"""A revision that only these tests have."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{down}"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("log_queue", sa.Column("made_later", sa.Text(), nullable=True))
    {then}


def downgrade():
    op.drop_column("log_queue", "made_later")
'''


def next_revision(folder: Path, then: str = "pass") -> Path:
    """A folder with the revision after today's head."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "9001_later.py").write_text(NEXT.format(down=migrate.head(), then=then), encoding="utf-8")
    return folder


def names(engines: Engines) -> set[str]:
    """Tables of the database, without Alembic's own and without partitions."""
    with engines.reader.connect() as connection:
        return {name for name in inspect(connection).get_table_names() if name != "alembic_version" and "_p_" not in name}


def columns(engines: Engines, name: str) -> set[str]:
    with engines.reader.connect() as connection:
        return {column["name"] for column in inspect(connection).get_columns(name)}


@pytest.fixture
def engines(database_url: str) -> Iterator[Engines]:
    made = make_engines(database_url)
    yield made
    made.dispose()


def fill(on: Runtime) -> None:
    """One row in every table, and a captured document beside them."""
    from app.capture.accept import accept
    from app.ledger import sequencer

    enterprise = make_enterprise(on)
    accept(raw(document(object_event())), by=enterprise.actor(), on=on)
    while sequencer.integrate(on=on):
        pass
    accept(raw(document(object_event(epcList=["https://id.gs1.org/01/09521002000016/21/WAITS"]))), by=enterprise.actor(), on=on)
    filler: dict[type, Any] = {int: 1, str: "1", bytes: b"1", bool: True}
    for kind in all_tables().sorted_tables:
        with on.store.reading() as connection:
            there = connection.execute(select(kind)).first() is not None
        if not there:
            row = {
                column.name: {"said": [1]} if isinstance(column.type, Document) else filler.get(column.type.python_type, on.clock.now())
                for column in kind.columns
            }
            row |= {"gtin": "09521002000016"} if "gtin" in row else {}
            on.store.write(lambda tx, kind=kind, row=row: tx.execute(insert(kind).values(row)))  # type: ignore[misc]  # bound now


def test_migrations_make_the_tables_of_the_models(engines: Engines) -> None:
    assert names(engines) == set(all_tables().tables)
    assert migrate.differences(engines) == []


def test_a_difference_would_be_found(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        connection.execute(text("ALTER TABLE log_queue ADD COLUMN stray TEXT"))
        connection.execute(text("DROP INDEX ix_log_leaf_subject"))
    assert {found[0] for found in migrate.differences(engines)} == {"remove_column", "add_index"}


def test_down_takes_everything_away_and_up_brings_it_back(engines: Engines) -> None:
    migrate.downgrade(engines, "base")
    assert names(engines) == set()
    assert migrate.current(engines) is None
    migrate.upgrade(engines)
    assert migrate.differences(engines) == []
    assert migrate.current(engines) == migrate.head()


def test_down_and_up_work_on_tables_full_of_data(on: Runtime) -> None:
    fill(on)
    migrate.downgrade(on.store.engines, "base")
    assert names(on.store.engines) == set()
    migrate.upgrade(on.store.engines)
    assert numbers(on) == []
    on.store.write(put(1))
    assert numbers(on) == [1]


def test_an_upgrade_keeps_every_row(on: Runtime, tmp_path: Path) -> None:
    fill(on)
    later = next_revision(tmp_path / "later")
    before = numbers(on)
    migrate.upgrade(on.store.engines, further=later)
    assert migrate.current(on.store.engines) == "9001"
    assert "made_later" in columns(on.store.engines, "log_queue")
    assert numbers(on) == before
    assert before


def test_an_upgrade_that_is_repeated_changes_nothing(engines: Engines) -> None:
    migrate.upgrade(engines)
    migrate.upgrade(engines)
    assert migrate.differences(engines) == []


def test_a_migration_that_fails_leaves_nothing_behind(engines: Engines, tmp_path: Path) -> None:
    later = next_revision(tmp_path / "later", then="raise RuntimeError('the disk is full')")
    with pytest.raises(RuntimeError, match="disk"):
        migrate.upgrade(engines, further=later)
    assert migrate.current(engines) == migrate.head()
    assert "made_later" not in columns(engines, "log_queue")
    migrate.upgrade(engines)
    assert migrate.differences(engines) == []


def test_an_old_database_is_refused_with_the_command_that_helps(engines: Engines) -> None:
    from app.words.refusals import describe

    migrate.downgrade(engines, "base")
    with pytest.raises(migrate.MigrationNeeded) as refusal:
        migrate.require_current(engines)
    assert "truyxuat migrate" in describe(refusal.value, "en")[1]


def test_a_database_of_a_newer_program_is_refused_everywhere(engines: Engines, tmp_path: Path) -> None:
    migrate.upgrade(engines, further=next_revision(tmp_path / "later"))
    for call in (migrate.require_current, migrate.upgrade, lambda given: migrate.downgrade(given, "base")):
        with pytest.raises(migrate.NewerThanProgram):
            call(engines)
    assert "made_later" in columns(engines, "log_queue")


@pytest.mark.parametrize("revision", ["0000", "nonsense", "0001; DROP TABLE event"])
def test_a_revision_that_does_not_exist_is_refused(engines: Engines, revision: str) -> None:
    with pytest.raises(migrate.NoSuchRevision):
        migrate.downgrade(engines, revision)
    with pytest.raises(migrate.NoSuchRevision):
        migrate.upgrade(engines, revision)
    assert migrate.current(engines) == migrate.head()


class TestEmbedded:
    def test_an_empty_file_needs_no_copy(self, tmp_path: Path) -> None:
        engines = make_engines(f"sqlite:///{tmp_path / 'new.db'}")
        assert migrate.upgrade_embedded(engines) is None
        assert migrate.differences(engines) == []
        engines.dispose()
        assert [path.name for path in tmp_path.iterdir()] == ["new.db"]

    def test_an_old_file_is_copied_before_it_is_changed(self, embedded: Runtime, tmp_path: Path) -> None:
        fill(embedded)
        before = numbers(embedded)
        copy = migrate.upgrade_embedded(embedded.store.engines, further=next_revision(tmp_path / "later"))
        assert copy == embedded.settings.home / f"truyxuat.db.before-{migrate.head()}"
        assert migrate.current(embedded.store.engines) == "9001"
        old = make_engines(f"sqlite:///{copy}")
        assert migrate.current(old) == migrate.head()
        assert migrate.differences(old) == []
        with old.reader.connect() as connection:
            assert [row.queue_id for row in connection.execute(select(LogQueue.queue_id))] == before
        old.dispose()
        assert not list(embedded.settings.home.glob("*.part"))

    def test_a_current_file_is_left_alone(self, embedded: Runtime) -> None:
        assert migrate.upgrade_embedded(embedded.store.engines) is None
        assert not list(embedded.settings.home.glob("*before*"))

    def test_a_failed_upgrade_leaves_the_old_file_and_its_copy(self, embedded: Runtime, tmp_path: Path) -> None:
        embedded.store.write(put(1))
        with pytest.raises(RuntimeError, match="no"):
            migrate.upgrade_embedded(embedded.store.engines, further=next_revision(tmp_path / "later", then="raise RuntimeError('no')"))
        assert numbers(embedded) == [1]
        assert (embedded.settings.home / f"truyxuat.db.before-{migrate.head()}").is_file()

    def test_a_newer_file_is_neither_copied_nor_changed(self, embedded: Runtime, tmp_path: Path) -> None:
        migrate.upgrade(embedded.store.engines, further=next_revision(tmp_path / "later"))
        with pytest.raises(migrate.NewerThanProgram):
            migrate.upgrade_embedded(embedded.store.engines)
        assert not list(embedded.settings.home.glob("*before*"))
