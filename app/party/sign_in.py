"""Sign-in with e-mail and password, server-side sessions, and API keys."""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, delete, insert, select, update

from app.errors import Unauthenticated
from app.party.attempts import Attempts
from app.party.model import ApiKey, Membership, Party, Person, Session
from app.party.permissions import ANONYMOUS, Actor, Permission, Role
from app.runtime import Runtime
from app.store.folding import fold
from app.store.short_memory import ShortMemory
from app.store.work import Store, Tx
from app.vault import Vault

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Asked with every request: building a statement costs more than running it.
_BY_SESSION = (
    select(Session.expires_at, Person.person_id, Person.name, Person.language, Membership.role, Membership.party_id, Party.name.label("at"))
    .join(Person, Person.person_id == Session.person_id)
    .join(Membership, (Membership.person_id == Session.person_id) & (Membership.party_id == Session.party_id))
    .join(Party, Party.party_id == Session.party_id)
    .where(Session.token_hash == bindparam("token"), Person.disabled_at.is_(None))
)
_BY_KEY = select(ApiKey.__table__, Party.name).join(Party, Party.party_id == ApiKey.party_id).where(ApiKey.key_id == bindparam("key_id"))

_hashing = threading.BoundedSemaphore(2)
"""Passwords checked at the same time: argon2 takes 64 MiB and a core each, and the others' requests go on meanwhile."""

_known_keys: ShortMemory[tuple[Vault, str], Actor] = ShortMemory()
"""Keys seen within the last second: a program that sends hundreds of events a second asks the database once. Other processes notice a
revocation within that second."""


class WrongPassword(Unauthenticated):
    """E-mail and password do not belong together; which of the two is wrong is not told."""

    code = "party.wrong-password"


class ApiKeyInvalid(Unauthenticated):
    """The API key is malformed, unknown, revoked or expired."""

    code = "party.api-key-invalid"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: its token goes into the cookie and nowhere else."""

    token: str
    actor: Actor


@lru_cache(maxsize=2)
def hasher(profile: str) -> PasswordHasher:
    """argon2id with the parameters of a profile of the library; of servers it is RFC 9106's second recommended option."""
    from argon2 import PasswordHasher, profiles  # loads a native library: only when a password is used

    return PasswordHasher.from_parameters(getattr(profiles, profile))


@lru_cache(maxsize=2)
def _nobody(profile: str) -> str:
    """A hash to check against when no such account exists, so that both answers take the same time."""
    return hasher(profile).hash(secrets.token_urlsafe(16))


_failures: WeakKeyDictionary[Store, Attempts] = WeakKeyDictionary()


def _attempts(on: Runtime) -> Attempts:
    """The failures of this installation in this process."""
    return _failures.setdefault(on.store, Attempts(on.settings.sign_in_attempts))


def _matches(stored: str, password: str, profile: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return hasher(profile).verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def with_password(email: str, password: str, address: str, *, on: Runtime) -> SignedIn:
    """Open a session; raises WrongPassword, or TooManyAttempts after the limit of failures per account or address."""
    key, now = fold(email), on.clock.now()
    attempts = _attempts(on)
    names = (f"email:{key}", f"address:{address}")
    attempts.begin(names, now)
    statement = (
        select(
            Person.person_id,
            Person.name,
            Person.password_hash,
            Person.language,
            Membership.role,
            Membership.party_id,
            Party.name.label("at"),
        )
        .join(Membership, Membership.person_id == Person.person_id)
        .join(Party, Party.party_id == Membership.party_id)
        .where(Person.email_key == key, Person.disabled_at.is_(None))
        .order_by(Membership.created_at)
        .limit(1)
    )
    with on.store.reading() as connection:
        row = connection.execute(statement).first()
    profile = on.argon2_profile
    with _hashing:
        good = _matches(row.password_hash if row else _nobody(profile), password, profile)
    if row is None or not good:
        raise WrongPassword
    attempts.succeeded(names)
    token = open_session(row.person_id, row.party_id, on=on)
    return SignedIn(token, Actor(Role(row.role), row.party_id, row.person_id, None, row.name, row.at, row.language))


def open_session(person_id: int, party_id: int, *, on: Runtime) -> str:
    """A new session's token: 256 random bits; only its hash is stored. Sessions that have ended are swept on the way."""
    token, now = secrets.token_urlsafe(32), on.clock.now()
    values = {
        "token_hash": _digest(token),
        "person_id": person_id,
        "party_id": party_id,
        "created_at": now,
        "expires_at": now + timedelta(hours=on.settings.session_hours),
    }

    def run(tx: Tx) -> None:
        tx.execute(delete(Session).where(Session.expires_at < now))
        tx.execute(insert(Session).values(values))

    on.store.write(run)
    return token


def sign_out(token: str, *, on: Runtime) -> None:
    """End a session; one that has ended already stays ended."""

    def run(tx: Tx) -> None:
        tx.execute(delete(Session).where(Session.token_hash == _digest(token)))

    on.store.write(run)


def by_session(token: str, *, on: Runtime) -> Actor:
    """Who a session belongs to; ANONYMOUS when it has ended."""
    with on.store.reading() as connection:
        row = connection.execute(_BY_SESSION, {"token": _digest(token)}).first()
    if row is None or row.expires_at <= on.clock.now():
        return ANONYMOUS
    return Actor(Role(row.role), row.party_id, row.person_id, None, row.name, row.at, row.language)


def by_api_key(header: str, *, on: Runtime) -> Actor:
    """Who an `Authorization: Bearer tx_<id>_<secret>` header belongs to; raises ApiKeyInvalid."""
    known = _known_keys.get((on.vault, header))
    if known is not None:
        return known
    scheme, _, credential = header.partition(" ")
    parts = credential.strip().split("_", 2)
    if scheme.lower() != "bearer" or len(parts) != 3 or parts[0] != "tx":  # tx, id, secret
        raise ApiKeyInvalid
    with on.store.reading() as connection:
        row: Any = connection.execute(_BY_KEY, {"key_id": parts[1]}).first()
    good = secrets.compare_digest(_digest(parts[2]), row.secret_hash if row else _digest("nobody"))
    if row is None or not good or row.revoked_at or (row.expires_at and row.expires_at <= on.clock.now()):
        raise ApiKeyInvalid
    limited = row.scopes.split()
    scopes = frozenset(permission for permission in Permission if permission in limited)
    if limited and not scopes:  # an empty set would mean everything
        raise ApiKeyInvalid
    actor = Actor(Role(row.role), row.party_id, row.created_by, row.key_id, row.label, row.name, None, scopes)
    _known_keys.put((on.vault, header), actor)
    return actor


def remembered_key(header: str, *, on: Runtime) -> Actor | None:
    """The same where it was asked within the last second, without a question to the database; None where it must be asked."""
    return _known_keys.get((on.vault, header))


def forget_api_keys() -> None:
    """Look every key up again: called when one is revoked, so that it ends at once in this process."""
    _known_keys.clear()


def change_language(person_id: int, language: str, *, on: Runtime) -> None:
    """Remember the language a person reads."""

    def run(tx: Tx) -> None:
        tx.execute(update(Person).where(Person.person_id == person_id).values(language=language))

    on.store.write(run)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
