from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.api.opening import HomeInUse, only_one, open_installation
from app.ledger import guard, sequencer
from app.ledger.refusals import LogRolledBack
from app.runtime import Runtime
from app.store.engine import StoreUnreachable
from tests.builders import make_enterprise


def test_a_database_that_knows_less_than_was_published_is_not_opened(on: Runtime) -> None:
    guard.write(7, bytes(32), on)
    with pytest.raises(LogRolledBack):
        open_installation(on)


def test_an_installation_opens_again_after_it_published(on: Runtime) -> None:
    make_enterprise(on)
    sequencer.integrate(on=on)
    assert open_installation(on) is None


def test_readiness_turns_red_when_the_database_is_older_than_the_log(on: Runtime, client: Any) -> None:
    assert client.get("/readyz").status_code == 200
    guard.write(7, bytes(32), on)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["logRolledBack"]) == (503, True)


@pytest.mark.sqlite
def test_a_second_server_on_the_same_home_is_refused(on: Runtime) -> None:
    held = only_one(on)
    assert held is not None
    with pytest.raises(HomeInUse):
        only_one(on)
    held.close()
    again = only_one(on)
    assert again is not None
    again.close()


@pytest.mark.sqlite
def test_nothing_is_acknowledged_once_the_database_file_is_gone(on: Runtime) -> None:
    make_enterprise(on)
    database = on.store.engines.writer.url.database
    assert database is not None
    Path(database).unlink()
    with pytest.raises(StoreUnreachable):
        make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003")
