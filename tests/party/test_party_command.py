"""`truyxuat party prefix`: what only the operator may say of an organisation."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.errors import Refusal
from app.party import find, register
from app.party.commands import party
from app.party.model import CompanyPrefix
from app.runtime import Runtime
from tests.builders import make_enterprise


def evidence(on: Runtime, prefix: str) -> str | None:
    with on.store.reading() as connection:
        found: str | None = connection.execute(select(CompanyPrefix.evidence).where(CompanyPrefix.prefix == prefix)).scalar()
    return found


def test_a_declared_prefix_becomes_verified_and_a_short_one_is_entered(on: Runtime) -> None:
    ours = make_enterprise(on, "HTX Sông Mã", "9521701")
    register.give_prefix(ours.party_id, "9521701", verified=True, on=on)
    register.give_prefix(ours.party_id, "952180", verified=False, on=on)
    assert (evidence(on, "9521701"), evidence(on, "952180")) == ("verified", "declared")


@pytest.mark.parametrize(
    ("prefix", "code"),
    [("95218", "party.already-registered"), ("12", "party.registration-invalid"), ("2999999", "party.registration-invalid")],
)
def test_a_prefix_of_another_or_of_nobody_is_refused(on: Runtime, prefix: str, code: str) -> None:
    ours = make_enterprise(on, "HTX Sông Mã", "9521701")
    make_enterprise(on, "HTX Khác", "9521801")
    with pytest.raises(Refusal) as refused:
        register.give_prefix(ours.party_id, prefix, verified=True, on=on)
    assert refused.value.code == code


def test_an_organisation_is_found_by_name_without_accents_and_by_number(on: Runtime) -> None:
    ours = make_enterprise(on, "HTX Sông Mã", "9521701")
    with on.store.reading() as connection:
        for text in ("htx song ma", str(ours.party_id)):
            assert [row.party_id for row in find.called(connection, text)] == [ours.party_id]
        assert find.called(connection, "HTX Không Có") == []


def test_the_command_enters_it_and_says_so(on: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = make_enterprise(on, "HTX Sông Mã", "9521701")
    monkeypatch.setenv("TRUYXUAT_HOME", str(on.settings.home))
    monkeypatch.setenv("TRUYXUAT_DATABASE_URL", on.settings.database_url)
    answer = CliRunner().invoke(party, ["prefix", "HTX Sông Mã", "9521701", "--verified", "--json"], standalone_mode=False)
    assert answer.exception is None, answer.exception
    assert json.loads(answer.stdout) == {"party": str(ours.party_id), "name": "HTX Sông Mã", "prefix": "9521701", "evidence": "verified"}
    assert evidence(on, "9521701") == "verified"
