"""Who is asking: sessions, API keys, the pages of other sites, and those who guess."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.clock import SetClock
from app.party import register, sign_in
from app.party.attempts import WINDOW, Attempts, TooManyAttempts
from app.party.model import ApiKey, Person, Session
from app.party.permissions import Actor, Permission, Role
from app.party.register import RegistrationInvalid
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from tests.api.problems import problem_of
from tests.builders import Enterprise, make_api_key, make_enterprise
from tests.conftest import NOW

COOKIE = "truyxuat_session"
PASSWORD = "mật khẩu rất dài 9"  # of a made-up person


@pytest.fixture
def enterprise(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def token(on: Runtime, enterprise: Enterprise) -> str:
    return sign_in.open_session(enterprise.people[Role.OWNER], enterprise.party_id, on=on)


def who(client: Any, **headers: str) -> Any:
    return client.get("/api/session", headers=headers).get_json()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def add_key(on: Runtime, enterprise: Enterprise, *scopes: str, days: int | None = None, role: Role = Role.OWNER) -> str:
    now = on.clock.now()
    return on.store.write(lambda tx: register.add_api_key(tx, enterprise.party_id, "test", role, scopes, None, now, days))


class TestSession:
    def test_a_session_says_who_it_is(self, client: Any, token: str) -> None:
        client.set_cookie(COOKIE, token)
        assert who(client)["role"] == "owner"

    def test_only_the_hash_of_a_token_is_kept(self, on: Runtime, token: str) -> None:
        with on.store.reading() as connection:
            assert bytes(connection.execute(select(Session.token_hash)).scalar_one()) != token.encode()

    def test_a_session_ends_when_its_hours_are_over(self, client: Any, token: str, clock: SetClock, on: Runtime) -> None:
        client.set_cookie(COOKIE, token)
        clock.advance(timedelta(hours=on.settings.session_hours) - timedelta(microseconds=1))
        assert who(client)["signed_in"] is True
        clock.advance(timedelta(microseconds=1))
        assert who(client)["signed_in"] is False

    def test_ended_sessions_are_swept_by_the_next_sign_in(self, on: Runtime, enterprise: Enterprise, clock: SetClock) -> None:
        sign_in.open_session(enterprise.people[Role.OWNER], enterprise.party_id, on=on)
        clock.advance(timedelta(days=2))
        sign_in.open_session(enterprise.people[Role.OWNER], enterprise.party_id, on=on)
        with on.store.reading() as connection:
            assert connection.execute(select(func.count()).select_from(Session)).scalar_one() == 1

    def test_who_signs_out_is_out(self, client: Any, token: str, on: Runtime) -> None:
        client.set_cookie(COOKIE, token)
        sign_in.sign_out(token, on=on)
        sign_in.sign_out(token, on=on)
        assert who(client)["signed_in"] is False

    def test_a_disabled_person_is_out_at_once(self, client: Any, token: str, on: Runtime, enterprise: Enterprise) -> None:
        client.set_cookie(COOKIE, token)
        on.store.write(
            lambda tx: tx.execute(
                update(Person).where(Person.person_id == enterprise.people[Role.OWNER]).values(disabled_at=on.clock.now())
            )
        )
        assert who(client)["signed_in"] is False

    @pytest.mark.parametrize("value", ["", "x", "a" * 5000, "é", "%00", '"', "tx_1_2"])
    def test_a_cookie_of_garbage_is_nobody(self, client: Any, value: str) -> None:
        assert who(client, Cookie=f"{COOKIE}={value}")["signed_in"] is False


class TestOtherSites:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.test"},
            {"Origin": "null"},
            {"Origin": ""},
        ],
    )
    @pytest.mark.parametrize("signed", [True, False])
    def test_their_pages_cannot_use_a_session_nor_begin_one(self, client: Any, token: str, headers: dict[str, str], signed: bool) -> None:
        if signed:
            client.set_cookie(COOKIE, token)
        for path in ("/api/sign-up", "/epcis/capture"):
            problem_of(client.post(path, json={}, headers=headers), 403, "api.cross-site")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "http://localhost"},
            {},
            {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        ],
    )
    def test_our_own_pages_and_programs_pass(self, client: Any, token: str, headers: dict[str, str]) -> None:
        client.set_cookie(COOKIE, token)
        problem_of(client.post("/epcis/capture", json={}, headers=headers), 400, "capture.document-invalid")

    def test_a_link_from_another_site_may_be_followed(self, client: Any, token: str) -> None:
        client.set_cookie(COOKIE, token)
        assert who(client, **{"Sec-Fetch-Site": "cross-site"})["signed_in"] is True

    def test_an_api_key_needs_no_origin_because_no_browser_sends_it_unasked(self, client: Any, on: Runtime, enterprise: Enterprise) -> None:
        headers = make_api_key(on, enterprise) | {"Origin": "https://elsewhere.test", "Sec-Fetch-Site": "cross-site"}
        problem_of(client.post("/epcis/capture", json={}, headers=headers), 400, "capture.document-invalid")

    def test_a_key_that_is_wrong_never_falls_back_to_the_cookie(self, client: Any, token: str) -> None:
        client.set_cookie(COOKIE, token)
        problem_of(client.get("/api/session", headers=bearer("tx_0_0")), 401, "party.api-key-invalid")


class TestApiKey:
    def test_a_key_says_who_it_is(self, client: Any, on: Runtime, enterprise: Enterprise) -> None:
        told = who(client, **make_api_key(on, enterprise, Role.MEMBER))
        assert (told["role"], told["organisation"]["id"]) == ("member", str(enterprise.party_id))

    def test_its_secret_is_not_kept(self, on: Runtime, enterprise: Enterprise) -> None:
        secret = add_key(on, enterprise).split("_", 2)[2]
        with on.store.reading() as connection:
            assert secret.encode() not in bytes(connection.execute(select(ApiKey.secret_hash)).scalar_one())

    @pytest.mark.parametrize("header", [
        "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer x", "Bearer tx", "Bearer tx_", "Bearer tx_a", "Bearer tx__",
        "Bearer tx_a_b", "bearer tx_a_b",
        "Bearer xx_a_b", "Bearer tx_" + "a" * 5000 + "_b", "Bearer tx_é_é", "Bearer tx_%00_b", "Bearer tx_'; DROP TABLE api_key; --_b",
        "tx_a_b",
    ])  # fmt: skip
    def test_garbage_is_refused_with_401(self, client: Any, header: str) -> None:
        answer = client.get("/epcis/capture", headers={"Authorization": header})
        problem_of(answer, 401, "party.sign-in-needed" if not header else "party.api-key-invalid")

    @pytest.mark.parametrize(
        "change", [lambda key: key[:-1], lambda key: key + "x", lambda key: key.replace("tx_", "tx_0"), lambda key: key.upper()]
    )
    def test_a_key_that_is_nearly_right_is_wrong(self, client: Any, on: Runtime, enterprise: Enterprise, change: Any) -> None:
        problem_of(client.get("/api/session", headers=bearer(change(add_key(on, enterprise)))), 401, "party.api-key-invalid")

    def test_a_revoked_key_ends_at_once(self, client: Any, on: Runtime, enterprise: Enterprise) -> None:
        key = add_key(on, enterprise)
        assert who(client, **bearer(key))["signed_in"] is True
        register.revoke_api_key(key.split("_")[1], by=enterprise.actor(), on=on)
        problem_of(client.get("/api/session", headers=bearer(key)), 401, "party.api-key-invalid")

    def test_a_key_of_another_organisation_cannot_be_revoked(self, client: Any, on: Runtime, enterprise: Enterprise) -> None:
        key = add_key(on, enterprise)
        with pytest.raises(register.NoSuchKey):
            register.revoke_api_key(key.split("_")[1], by=make_enterprise(on, "HTX Khác", "9521009").actor(), on=on)
        assert who(client, **bearer(key))["signed_in"] is True

    def test_a_key_ends_on_its_day(self, client: Any, on: Runtime, enterprise: Enterprise, clock: SetClock) -> None:
        key = add_key(on, enterprise, days=30)
        clock.advance(timedelta(days=30) - timedelta(microseconds=1))
        assert who(client, **bearer(key))["signed_in"] is True
        clock.advance(timedelta(microseconds=1))
        sign_in.forget_api_keys()  # it would be believed for the rest of a second
        problem_of(client.get("/api/session", headers=bearer(key)), 401, "party.api-key-invalid")

    def test_scopes_limit_a_key(self, client: Any, on: Runtime, enterprise: Enterprise) -> None:
        key = add_key(on, enterprise, "capture:event:read")
        assert who(client, **bearer(key))["permissions"] == ["capture:event:read"]
        assert client.get("/epcis/capture", headers=bearer(key)).status_code == 200
        problem_of(client.post("/epcis/capture", json={}, headers=bearer(key)), 403, "party.not-allowed")

    def test_a_scope_nobody_knows_any_more_never_means_everything(self, client: Any, on: Runtime, enterprise: Enterprise) -> None:
        problem_of(client.get("/api/session", headers=bearer(add_key(on, enterprise, "gone:thing:read"))), 401, "party.api-key-invalid")
        half = add_key(on, enterprise, "gone:thing:read", "capture:event:read")
        assert who(client, **bearer(half))["permissions"] == ["capture:event:read"]

    def test_nobody_makes_a_key_that_may_more_than_they_may(self, on: Runtime, enterprise: Enterprise) -> None:
        narrow = Actor(Role.OWNER, enterprise.party_id, scopes=frozenset({Permission.PARTY_API_KEY_WRITE, Permission.CAPTURE_EVENT_READ}))
        assert register.issue_api_key("narrower", by=narrow, on=on, scopes=["capture:event:read"])
        for scopes in ([], ["capture:event:write"], ["capture:event:read", "capture:event:write"]):
            with pytest.raises(RegistrationInvalid):
                register.issue_api_key("wider", by=narrow, on=on, scopes=scopes)
        with pytest.raises(RegistrationInvalid):
            register.issue_api_key("of the operator", by=enterprise.actor(), on=on, role=Role.OPERATOR)


class TestGuessing:
    @pytest.fixture
    def email(self, on: Runtime, enterprise: Enterprise) -> str:
        hashed = sign_in.hasher(on.argon2_profile).hash(PASSWORD)
        on.store.write(
            lambda tx: tx.execute(
                update(Person)
                .where(Person.person_id == enterprise.people[Role.OWNER])
                .values(email="a@b.vn", email_key="a@b.vn", password_hash=hashed)
            )
        )
        return "a@b.vn"

    def test_the_right_password_opens_a_session(self, on: Runtime, email: str, client: Any) -> None:
        client.set_cookie(COOKIE, sign_in.with_password(email, PASSWORD, "192.0.2.1", on=on).token)
        assert who(client)["role"] == "owner"

    def test_wrong_password_and_unknown_address_look_the_same(self, on: Runtime, email: str) -> None:
        for address in (email, "nobody@b.vn", "", "é", "x" * 300):
            with pytest.raises(sign_in.WrongPassword):
                sign_in.with_password(address, "sai mật khẩu", "192.0.2.1", on=on)

    def test_too_many_failures_pause_the_account_even_with_the_right_password(self, on: Runtime, email: str, clock: SetClock) -> None:
        for number in range(on.settings.sign_in_attempts):
            with pytest.raises(sign_in.WrongPassword):
                sign_in.with_password(email, "sai mật khẩu", f"192.0.2.{number}", on=on)
        with pytest.raises(TooManyAttempts) as refusal:
            sign_in.with_password(email, PASSWORD, "192.0.2.99", on=on)
        assert 0 < refusal.value.params["retry_after"] <= WINDOW.total_seconds() + 1
        clock.advance(timedelta(seconds=refusal.value.params["retry_after"]))
        assert sign_in.with_password(email, PASSWORD, "192.0.2.99", on=on).token

    def test_a_server_s_passwords_cost_what_rfc_9106_recommends(self, settings: Settings) -> None:
        on = make_runtime(settings)
        hashed = sign_in.hasher(on.argon2_profile).hash(PASSWORD)
        on.close()
        assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")

    def test_another_installation_of_the_process_has_its_own_count(self, on: Runtime, email: str) -> None:
        """Two applications in one process, as in these tests, must not pause each other."""
        assert sign_in.with_password(email, PASSWORD, "192.0.2.1", on=on).token


class TestAttempts:
    def test_the_limit_is_taken_and_one_more_is_not(self) -> None:
        attempts = Attempts(3)
        for _ in range(3):
            attempts.begin(("a",), NOW)
        with pytest.raises(TooManyAttempts):
            attempts.begin(("a",), NOW)
        attempts.begin(("b",), NOW)

    def test_one_address_that_tries_many_accounts_is_paused(self) -> None:
        attempts = Attempts(3)
        for number in range(3):
            attempts.begin((f"email:{number}", "address:192.0.2.1"), NOW)
        with pytest.raises(TooManyAttempts):
            attempts.begin(("email:new", "address:192.0.2.1"), NOW)

    def test_failures_are_forgotten_one_by_one_after_the_window(self) -> None:
        attempts = Attempts(2)
        attempts.begin(("a",), NOW)
        attempts.begin(("a",), NOW + timedelta(minutes=10))
        with pytest.raises(TooManyAttempts) as refusal:
            attempts.begin(("a",), NOW + timedelta(minutes=14))
        assert refusal.value.params["retry_after"] == 61
        attempts.begin(("a",), NOW + WINDOW + timedelta(seconds=1))

    def test_success_clears_the_account(self) -> None:
        attempts = Attempts(1)
        attempts.begin(("a",), NOW)
        attempts.succeeded(("a",))
        attempts.begin(("a",), NOW)

    def test_many_names_do_not_fill_the_memory(self) -> None:
        attempts = Attempts(1)
        for number in range(10_001):
            attempts.begin((str(number),), NOW)
        attempts.begin(("late",), NOW + WINDOW * 2)
        assert len(attempts._failures) <= 2  # noqa: SLF001  # what is remembered cannot be seen otherwise
