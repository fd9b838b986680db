"""Registering organisations, people and keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.clock import SetClock
from app.errors import Refusal
from app.party import find, register, sign_in
from app.party.permissions import ANONYMOUS, Actor, NotAllowed, Permission, Role, SignInNeeded
from app.runtime import Runtime
from tests.builders import make_enterprise

VALUES = {
    "name": "HTX Vải Hương Giang",
    "tax_code": "0123456789",
    "prefix": "9521001",
    "gln": "9521001000000",
    "province": "31",
    "person_name": "Hương",
    "email": "huong@vai.example",
    "password": "vải-chín đỏ 2026",
}


def _code(refusal: pytest.ExceptionInfo[Refusal]) -> tuple[str, str]:
    return refusal.value.code, refusal.value.pointer


def test_somebody_who_registered_can_sign_in(on: Runtime) -> None:
    made = register.sign_up(VALUES, on=on)
    found = sign_in.with_password("HUONG@vai.example", VALUES["password"], "10.0.0.1", on=on)
    assert (found.actor.party_id, found.actor.role, found.actor.name) == (made.party_id, Role.OWNER, "Hương")
    assert sign_in.by_session(found.token, on=on) == found.actor


@pytest.mark.parametrize("taken", ["tax_code", "prefix", "gln", "email"])
def test_what_belongs_to_somebody_is_refused_with_its_field(on: Runtime, taken: str) -> None:
    register.sign_up(VALUES, on=on)
    other = {"name": "Khác", "person_name": "Khác", "email": "khac@vai.example", "password": VALUES["password"]}
    with pytest.raises(register.AlreadyRegistered) as refusal:
        register.sign_up(other | {taken: VALUES[taken]}, on=on)
    assert refusal.value.pointer == f"/{taken}"


@pytest.mark.parametrize("prefix", ["95210012", "952100199999", "952100", "9521"])
def test_a_prefix_inside_or_around_somebody_elses_is_refused(on: Runtime, prefix: str) -> None:
    register.sign_up(VALUES, on=on)
    other = {"name": "Khác", "person_name": "Khác", "email": "khac@vai.example", "password": VALUES["password"]}
    with pytest.raises(register.AlreadyRegistered) as refusal:
        register.sign_up(other | {"prefix": prefix}, on=on)
    assert refusal.value.pointer == "/prefix"


def test_guesses_sent_at_once_are_counted_each(on: Runtime) -> None:
    register.sign_up(VALUES, on=on)

    def guess(number: int) -> str:
        with pytest.raises(Refusal) as refusal:
            sign_in.with_password(VALUES["email"], f"wrong password {number}", f"10.0.0.{number}", on=on)
        return refusal.value.code

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(guess, range(20)))
    assert codes.count("party.wrong-password") == on.settings.sign_in_attempts


def test_a_refused_registration_leaves_nothing_behind(on: Runtime) -> None:
    register.sign_up(VALUES, on=on)
    with pytest.raises(register.AlreadyRegistered):
        register.sign_up(VALUES | {"tax_code": "9876543210", "prefix": "9521002", "gln": ""}, on=on)
    with on.store.reading() as connection:
        assert find.holder_of(connection, "9521002000016") is None


def test_the_public_door_takes_enterprises_and_households_only(on: Runtime) -> None:
    with pytest.raises(register.RegistrationInvalid) as refusal:
        register.sign_up_oneself(VALUES | {"kind": "operator"}, on=on)
    assert [finding.code for finding in refusal.value.findings] == ["party.kind"]
    assert register.sign_up_oneself(VALUES | {"kind": "household"}, on=on).party_id


def test_a_short_prefix_is_the_operator_s_to_enter_and_nobody_s_to_declare(on: Runtime) -> None:
    with pytest.raises(register.RegistrationInvalid) as refusal:
        register.sign_up_oneself(VALUES | {"prefix": "9521"}, on=on)
    assert [(finding.code, finding.pointer) for finding in refusal.value.findings] == [("party.prefix-short", "/prefix")]
    made = register.sign_up(VALUES | {"prefix": "952100"}, on=on)
    owner = Actor(Role.OWNER, made.party_id, made.person_id, None, "Hương", "HTX", "vi")
    register.update_organisation({"name": "HTX", "prefix": "952100"}, by=owner, on=on)
    with pytest.raises(register.RegistrationInvalid):
        register.update_organisation({"name": "HTX", "prefix": "952177"}, by=owner, on=on)
    assert register.organisation(by=owner, on=on)["prefixes"] == ["952100"]


def test_a_language_nobody_speaks_here_becomes_vietnamese(on: Runtime) -> None:
    register.sign_up(VALUES | {"language": "kl"}, on=on)
    assert sign_in.with_password(VALUES["email"], VALUES["password"], "10.0.0.1", on=on).actor.language == "vi"


def test_a_prefix_is_added_and_the_old_one_stays(on: Runtime) -> None:
    firm = make_enterprise(on)
    register.update_organisation({"name": "Tên mới", "prefix": "9521009"}, by=firm.actor(), on=on)
    found = register.organisation(by=firm.actor(), on=on)
    assert (found["name"], found["prefixes"]) == ("Tên mới", ["9521001", "9521009"])


def test_the_longest_prefix_tells_whose_a_number_is(on: Runtime) -> None:
    wide, narrow = make_enterprise(on, "Rộng", "9521"), make_enterprise(on, "Hẹp", "9521001")
    with on.store.reading() as connection:
        assert find.holder_of(connection, "9521001000017") == narrow.party_id
        assert find.holder_of(connection, "9521002000016") == wide.party_id


def test_a_member_changes_no_organisation_and_makes_no_key(on: Runtime) -> None:
    member = make_enterprise(on).actor(Role.MEMBER)
    with pytest.raises(NotAllowed):
        register.update_organisation({"name": "Tên mới"}, by=member, on=on)
    with pytest.raises(NotAllowed):
        register.issue_api_key("cân", by=member, on=on)
    with pytest.raises(SignInNeeded):
        register.issue_api_key("cân", by=ANONYMOUS, on=on)


def test_a_colleague_signs_in_with_the_role_that_was_given(on: Runtime) -> None:
    firm = make_enterprise(on)
    person = {"person_name": "Thảo", "email": "thao@vai.example", "password": VALUES["password"], "role": "member"}
    register.add_person(person, by=firm.actor(), on=on)
    assert sign_in.with_password("thao@vai.example", VALUES["password"], "10.0.0.1", on=on).actor.role is Role.MEMBER


def test_a_role_outside_the_enterprise_is_not_given(on: Runtime) -> None:
    person = {"person_name": "Thảo", "email": "thao@vai.example", "password": VALUES["password"], "role": "regulator"}
    with pytest.raises(register.RegistrationInvalid) as refusal:
        register.add_person(person, by=make_enterprise(on).actor(), on=on)
    assert [finding.code for finding in refusal.value.findings] == ["party.role"]


def test_a_key_works_within_its_scopes_until_it_is_revoked(on: Runtime) -> None:
    firm = make_enterprise(on)
    key = register.issue_api_key("cân", by=firm.actor(), on=on, scopes=[Permission.CAPTURE_EVENT_READ])
    caller = sign_in.by_api_key(f"Bearer {key}", on=on)
    assert caller.may(Permission.CAPTURE_EVENT_READ)
    assert not caller.may(Permission.CAPTURE_EVENT_WRITE)
    register.revoke_api_key(key.split("_", 2)[1], by=firm.actor(), on=on)
    with pytest.raises(sign_in.ApiKeyInvalid):
        sign_in.by_api_key(f"Bearer {key}", on=on)


def test_a_key_ends_on_its_day(on: Runtime, clock: SetClock) -> None:
    from datetime import timedelta

    key = register.issue_api_key("cân", by=make_enterprise(on).actor(), on=on, days=1)
    clock.advance(timedelta(days=1, seconds=1))
    with pytest.raises(sign_in.ApiKeyInvalid):
        sign_in.by_api_key(f"Bearer {key}", on=on)


def test_a_key_of_another_organisation_cannot_be_revoked(on: Runtime) -> None:
    firm, other = make_enterprise(on), make_enterprise(on, "Khác", "9521002")
    key = register.issue_api_key("cân", by=firm.actor(), on=on)
    with pytest.raises(register.NoSuchKey):
        register.revoke_api_key(key.split("_", 2)[1], by=other.actor(), on=on)
    assert not sign_in.by_api_key(f"Bearer {key}", on=on).anonymous


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"label": " "}, "party.field-missing"),
        ({"label": "x" * 81}, "party.field-too-long"),
        ({"scopes": ["everything"]}, "party.scope"),
        ({"days": 0}, "party.days"),
        ({"days": 3651}, "party.days"),
        ({"role": Role.OPERATOR}, "party.role"),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_its_reason(on: Runtime, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(register.RegistrationInvalid) as refusal:
        register.issue_api_key(**({"label": "cân"} | wrong), by=make_enterprise(on).actor(), on=on)
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_an_organisation_nobody_registered_is_not_found(on: Runtime) -> None:
    with on.store.reading() as connection, pytest.raises(find.NoSuchParty):
        find.party(connection, 1)
