"""A restored backup knows less than was given out since: nothing of that is given out a second time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.label.model import SerialRange
from app.label.stamps import restored
from app.label.stamps.issue import issue
from app.label.stamps.ranges import open_range
from app.label.stamps.refusals import CounterBehind, CounterHeld, ExtensionWrong, PrefixNotYours, RangeClosed
from app.label.stamps.sscc import OPERATOR, give_ssccs, go_on, held
from app.party.commands import party
from app.runtime import Runtime
from app.store import commands, copy_out, migrate
from app.watch import doctor
from tests.builders import Enterprise, make_enterprise
from tests.databases.test_backup import client_programs, elsewhere
from tests.label.stock import GTIN, LOT, make_stock

__all__ = ["client_programs", "elsewhere"]

PREFIX = "9521001"


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    enterprise = make_enterprise(on)
    make_stock(on, enterprise)
    return enterprise


def put_back(folder: Path, on: Runtime) -> None:
    copy_out.restore(folder, on=on, then=lambda found: restored.forget_nothing(found["made"], on=on))


def test_a_permuted_range_is_closed_by_a_restore_and_says_why(on: Runtime, elsewhere: Runtime, firm: Enterprise, tmp_path: Path) -> None:
    range_id = open_range(GTIN, scheme="permuted", note="lô vải", by=firm.actor(), on=on)
    drawn = open_range(GTIN, length=16, by=firm.actor(), on=on)
    copy_out.backup(tmp_path / "copy", on=on)
    lost = issue(GTIN, LOT, 50, range_id=range_id, by=firm.actor(), on=on).serials
    put_back(tmp_path / "copy", elsewhere)
    with pytest.raises(RangeClosed):
        issue(GTIN, LOT, 50, range_id=range_id, by=firm.actor(), on=elsewhere)
    with elsewhere.store.reading() as connection:
        rows = {row.range_id: row for row in connection.execute(select(SerialRange.__table__))}
    assert rows[range_id].note == "closed: backup of 2026-06-20T03:00:00+00:00 restored · lô vải"
    assert rows[range_id].closed_at == elsewhere.clock.now()
    assert rows[drawn].closed_at is None
    fresh = open_range(GTIN, scheme="permuted", by=firm.actor(), on=elsewhere)
    assert not set(issue(GTIN, LOT, 50, range_id=fresh, by=firm.actor(), on=elsewhere).serials) & set(lost)


def test_ssccs_wait_after_a_restore_until_the_operator_says_where_they_go_on(
    on: Runtime, elsewhere: Runtime, firm: Enterprise, tmp_path: Path
) -> None:
    give_ssccs(2, by=firm.actor(), on=on)
    copy_out.backup(tmp_path / "copy", on=on)
    lost = give_ssccs(3, by=firm.actor(), on=on) + give_ssccs(3, extension=4, by=firm.actor(), on=on)
    put_back(tmp_path / "copy", elsewhere)
    for extension, known in ((0, 2), (4, 0)):  # the second was begun after the backup was made
        with pytest.raises(CounterHeld) as told:
            give_ssccs(1, extension=extension, by=firm.actor(), on=elsewhere)
        assert told.value.params == {"prefix": PREFIX, "extension": extension, "next": known}
    with elsewhere.store.reading() as connection:
        assert held(connection) == [(PREFIX, 0, 2)]
    assert (go_on(PREFIX, 0, 5, on=elsewhere), go_on(PREFIX, 4, 3, on=elsewhere)) == (2, 0)
    more = give_ssccs(1, by=firm.actor(), on=elsewhere) + give_ssccs(1, extension=4, by=firm.actor(), on=elsewhere)
    assert [number[:17] for number in more] == ["09521001000000005", "49521001000000003"]
    assert not set(more) & set(lost)
    with elsewhere.store.reading() as connection:
        assert held(connection) == []


def test_an_older_backup_is_brought_up_to_date_so_that_it_can_be_marked(
    on: Runtime, elsewhere: Runtime, firm: Enterprise, tmp_path: Path
) -> None:
    migrate.downgrade(on.store.engines, "0002")
    copy_out.backup(tmp_path / "copy", on=on)
    put_back(tmp_path / "copy", elsewhere)
    assert migrate.current(elsewhere.store.engines) == migrate.head()
    with pytest.raises(CounterHeld):
        give_ssccs(1, by=firm.actor(), on=elsewhere)


def test_a_counter_never_goes_back_nor_beyond_its_prefix(on: Runtime, firm: Enterprise) -> None:
    give_ssccs(7, by=firm.actor(), on=on)
    for wrong in (6, 10**9 + 1):
        with pytest.raises(CounterBehind) as told:
            go_on(PREFIX, 0, wrong, on=on)
        assert told.value.params == {"prefix": PREFIX, "extension": 0, "lowest": 7, "highest": 10**9, "asked": wrong}
    with pytest.raises(ExtensionWrong):
        go_on(PREFIX, 10, 8, on=on)
    with pytest.raises(PrefixNotYours):
        go_on("952x", 0, 8, on=on)
    assert go_on("952100", 0, 0, on=on) == 0
    assert give_ssccs(1, prefix="952100", by=OPERATOR, on=on)[0].startswith("09521000000000000")


def test_the_commands_restore_name_what_is_held_and_let_it_go_on(
    on: Runtime, elsewhere: Runtime, firm: Enterprise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_ssccs(2, by=firm.actor(), on=on)
    copy_out.backup(tmp_path / "copy", on=on)
    monkeypatch.setenv("TRUYXUAT_HOME", str(elsewhere.settings.home))
    monkeypatch.setenv("TRUYXUAT_DATABASE_URL", elsewhere.settings.database_url)
    restoring = CliRunner().invoke(commands.backup, [str(tmp_path / "copy"), "--restore", "--json"], standalone_mode=False)
    assert restoring.exception is None, restoring.exception
    (told,) = doctor._counters(elsewhere)  # noqa: SLF001  # the whole examination looks at this machine and its clock
    assert (told.name, told.state, told.remedy) == ("sscc 9521001 0", "warning", "truyxuat party sscc 9521001 0 --next N")
    answer = CliRunner().invoke(party, ["sscc", PREFIX, "0", "--next", "40", "--json"], standalone_mode=False)
    assert answer.exception is None, answer.exception
    assert json.loads(answer.stdout) == {"prefix": PREFIX, "extension": 0, "before": 2, "next": 40}
    assert list(doctor._counters(elsewhere)) == []  # noqa: SLF001
    assert give_ssccs(1, by=firm.actor(), on=elsewhere)[0].startswith("09521001000000040")
