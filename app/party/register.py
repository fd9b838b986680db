"""Registering organisations and people, and their API keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app.errors import Conflict, Finding, Invalid, NotFound
from app.party import find, rules
from app.party.model import ApiKey, CompanyPrefix, Membership, Party, Person
from app.party.permissions import AUTHORITIES, GRANTS, Actor, Permission, Role, permit
from app.party.sign_in import forget_api_keys, hasher
from app.runtime import Runtime
from app.settings import LANGUAGES
from app.store.folding import fold
from app.store.keys import new_id
from app.store.work import Tx


class RegistrationInvalid(Invalid):
    """The data of an organisation or a person are wrong; the findings say where."""

    code = "party.registration-invalid"


class AlreadyRegistered(Conflict):
    """E-mail, tax code, GLN or company prefix belong to somebody who is registered."""

    code = "party.already-registered"


class NoSuchKey(NotFound):
    """The organisation has no such API key."""

    code = "party.no-such-api-key"


LONGEST_KEY_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Registered:
    """The numbers of a fresh registration."""

    party_id: int
    person_id: int


def _party_row(values: Mapping[str, Any], party_id: int, now: datetime) -> dict[str, Any]:
    plain = ("tax_code", "gln", "province", "commune", "address", "phone", "website")
    row = {name: (values.get(name) or None) for name in plain}
    row |= {"party_id": party_id, "kind": values.get("kind") or "enterprise", "name": values["name"].strip()}
    return row | {"name_key": fold(values["name"]), "publishes": True, "created_at": now}


def _person_row(values: Mapping[str, Any], person_id: int, now: datetime, on: Runtime) -> dict[str, Any]:
    email, language = values["email"].strip(), values.get("language")
    row = {"person_id": person_id, "email": email, "email_key": fold(email), "name": values["person_name"].strip()}
    row["language"] = language if language in LANGUAGES else LANGUAGES[0]
    return row | {"password_hash": hasher(on.argon2_profile).hash(values["password"]), "created_at": now, "disabled_at": None}


def _taken(tx: Tx, values: Mapping[str, Any], besides: int | None = None) -> None:
    """Raise AlreadyRegistered, naming the field, when a key of the organisation belongs to another."""
    for name, column in (("tax_code", Party.tax_code), ("gln", Party.gln)):
        if values.get(name):
            row = tx.execute(select(Party.party_id).where(column == values[name])).first()
            if row is not None and row.party_id != besides:
                raise AlreadyRegistered(pointer=f"/{name}", field=name, given=values[name])
    if values.get("prefix") and any(holder != besides for holder in find.holders_overlapping(tx.connection, values["prefix"])):
        raise AlreadyRegistered(pointer="/prefix", field="prefix", given=values["prefix"])


def sign_up(values: Mapping[str, Any], *, on: Runtime, role: Role = Role.OWNER) -> Registered:
    """Register an organisation with its first person; nobody needs to be signed in.

    values: name, tax_code, prefix (4 to 12 digits), gln, province, commune, address, kind; person_name, email, password, language.
    Raises RegistrationInvalid with findings, AlreadyRegistered.
    """
    findings = rules.check_organisation(values) + rules.check_person(values)
    if findings:
        raise RegistrationInvalid(findings=findings, count=len(findings))
    party_id, person_id, now = new_id(), new_id(), on.clock.now()
    person = _person_row(values, person_id, now, on)

    def run(tx: Tx) -> Registered:
        _taken(tx, values)
        if tx.execute(select(Person.person_id).where(Person.email_key == person["email_key"])).first():
            raise AlreadyRegistered(pointer="/email", field="email", given=values["email"])
        tx.execute(insert(Party).values(_party_row(values, party_id, now)))
        if values.get("prefix"):
            tx.execute(insert(CompanyPrefix).values(prefix=values["prefix"], party_id=party_id, evidence="declared", created_at=now))
        tx.execute(insert(Person).values(person))
        tx.execute(insert(Membership).values(party_id=party_id, person_id=person_id, role=str(role), created_at=now))
        return Registered(party_id, person_id)

    return on.store.write(run)


def sign_up_oneself(values: Mapping[str, Any], *, on: Runtime) -> Registered:
    """Register one's own organisation over a public door: an enterprise or a household producer, nothing that speaks for a state.

    A prefix has 7 to 12 digits. Raises what `sign_up` raises.
    """
    findings = rules.check_self_registered(values) + rules.check_declared(values.get("prefix"))
    if findings:
        raise RegistrationInvalid(findings=findings, count=len(findings))
    return sign_up(values, on=on)


def add_person(values: Mapping[str, Any], *, by: Actor, on: Runtime) -> int:
    """Give a colleague an account in one's own organisation; returns the person's number.

    values: person_name, email, password, role (member, approver or owner), language. Raises RegistrationInvalid, AlreadyRegistered.
    """
    party_id = permit(by, Permission.PARTY_ORGANISATION_WRITE)
    findings = rules.check_person(values)
    role = values.get("role")
    if role not in {Role.MEMBER, Role.APPROVER, Role.OWNER}:
        findings.append(Finding("party.role", "/role", str(role)[:20], {"roles": "member, approver, owner"}))
    if findings:
        raise RegistrationInvalid(findings=findings, count=len(findings))
    person_id, now = new_id(), on.clock.now()
    person = _person_row(values, person_id, now, on)

    def run(tx: Tx) -> int:
        if tx.execute(select(Person.person_id).where(Person.email_key == person["email_key"])).first():
            raise AlreadyRegistered(pointer="/email", field="email", given=values["email"])
        tx.execute(insert(Person).values(person))
        tx.execute(insert(Membership).values(party_id=party_id, person_id=person_id, role=str(role), created_at=now))
        return person_id

    return on.store.write(run)


def update_organisation(values: Mapping[str, Any], *, by: Actor, on: Runtime) -> None:
    """Change the data of one's own organisation; a company prefix of 7 to 12 digits can be added, never taken away."""
    party_id = permit(by, Permission.PARTY_ORGANISATION_WRITE)
    with on.store.reading() as connection:
        held = {item.prefix for item in find.prefixes(connection, party_id)}
    findings = rules.check_organisation(values) + rules.check_declared(values.get("prefix"), held)
    if findings:
        raise RegistrationInvalid(findings=findings, count=len(findings))
    now = on.clock.now()
    row = _party_row(values, party_id, now)
    for name in ("party_id", "created_at", "publishes", "kind"):
        row.pop(name)

    def run(tx: Tx) -> None:
        _taken(tx, values, besides=party_id)
        tx.execute(update(Party).where(Party.party_id == party_id).values(row))
        known = {item.prefix for item in find.prefixes(tx.connection, party_id)}
        if values.get("prefix") and values["prefix"] not in known:
            tx.execute(insert(CompanyPrefix).values(prefix=values["prefix"], party_id=party_id, evidence="declared", created_at=now))

    on.store.write(run)


def give_prefix(party_id: int, prefix: str, *, verified: bool, on: Runtime) -> None:
    """Enter a company prefix of 4 to 12 digits for an organisation, on the operator's word: who sits at the machine is not asked.

    verified: its licence was seen; then the organisation decides where codes under it lead, also those whose links the operator kept.
    Raises RegistrationInvalid, AlreadyRegistered when another organisation holds it or one that overlaps, NoSuchParty.
    """
    findings = rules.check_prefix(prefix)
    if findings:
        raise RegistrationInvalid(findings=findings, count=len(findings))
    now, evidence = on.clock.now(), "verified" if verified else "declared"

    def run(tx: Tx) -> None:
        find.party(tx.connection, party_id)
        _taken(tx, {"prefix": prefix}, besides=party_id)
        held = {item.prefix for item in find.prefixes(tx.connection, party_id)}
        if prefix in held:
            tx.execute(update(CompanyPrefix).where(CompanyPrefix.prefix == prefix).values(evidence=evidence))
        else:
            tx.execute(insert(CompanyPrefix).values(prefix=prefix, party_id=party_id, evidence=evidence, created_at=now))

    on.store.write(run)


def organisation(*, by: Actor, on: Runtime) -> dict[str, Any]:
    """One's own organisation as a mapping, with prefixes and people."""
    party_id = permit(by, Permission.PARTY_ORGANISATION_READ)
    with on.store.reading() as connection:
        row = find.party(connection, party_id)
        return row._asdict() | {
            "prefixes": [item.prefix for item in find.prefixes(connection, party_id)],
            "people": [{"name": item.name, "email": item.email, "role": item.role} for item in find.members(connection, party_id)],
        }


def _may_give(maker: Role, given: Role) -> bool:
    """Whether somebody may make a key that acts in a role: never more than their own, never an authority's."""
    return given is maker or (given is not Role.ANONYMOUS and given not in AUTHORITIES and GRANTS[given] <= GRANTS[maker])


def issue_api_key(
    label: str, *, by: Actor, on: Runtime, role: Role | None = None, scopes: Iterable[str] = (), days: int | None = 365
) -> str:
    """A new API key for one's own organisation; the returned text is shown once and never again.

    role: at most what the maker may do; scopes: permissions it is limited to; days: until it expires, None for never.
    """
    party_id = permit(by, Permission.PARTY_API_KEY_WRITE)
    given = role or by.role
    wanted = sorted({str(scope) for scope in scopes})
    findings = rules.text_findings({"label": label.strip()}, {"label": (80, True)})
    unknown = [scope for scope in wanted if scope not in set(Permission)]
    findings += [Finding("party.scope", "/scopes", scope[:60], {"scopes": ", ".join(Permission)}) for scope in unknown]
    if by.scopes and not (wanted and by.scopes.issuperset(wanted)):  # a limited key must not make an unlimited one
        findings.append(Finding("party.scope", "/scopes", " ".join(wanted)[:60], {"scopes": ", ".join(sorted(by.scopes))}))
    roles = [each for each in Role if _may_give(by.role, each)]
    if given not in roles:
        allowed = ", ".join(roles)
        findings.append(Finding("party.role", "/role", str(given), {"roles": allowed}))
    if days is not None and not 1 <= days <= LONGEST_KEY_DAYS:
        findings.append(Finding("party.days", "/days", days, {"limit": LONGEST_KEY_DAYS}))
    if findings:
        raise RegistrationInvalid(findings=findings, count=len(findings))
    return on.store.write(lambda tx: add_api_key(tx, party_id, label, given, wanted, by.person_id, on.clock.now(), days))


def add_api_key(
    tx: Tx, party_id: int, label: str, role: Role, scopes: Iterable[str], created_by: int | None, now: datetime, days: int | None
) -> str:
    """Insert an API key inside a transaction and return its text."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32).replace("_", "-")
    row: dict[str, Any] = {"key_id": key_id, "party_id": party_id, "label": label.strip(), "role": str(role), "scopes": " ".join(scopes)}
    row |= {"secret_hash": hashlib.sha256(secret.encode()).digest(), "created_by": created_by, "created_at": now}
    tx.execute(insert(ApiKey).values(row | {"expires_at": now + timedelta(days=days) if days else None, "revoked_at": None}))
    return f"tx_{key_id}_{secret}"


def api_keys(*, by: Actor, on: Runtime) -> list[dict[str, Any]]:
    """The API keys of one's own organisation, without secrets."""
    party_id = permit(by, Permission.PARTY_API_KEY_WRITE)
    names = ("key_id", "label", "role", "created_at", "expires_at", "revoked_at")
    with on.store.reading() as connection:
        found = find.api_keys(connection, party_id)
    return [{name: getattr(row, name) for name in names} | {"scopes": row.scopes.split()} for row in found]


def revoke_api_key(key_id: str, *, by: Actor, on: Runtime) -> None:
    """End an API key at once; raises NoSuchKey for one of another organisation too."""
    party_id = permit(by, Permission.PARTY_API_KEY_WRITE)
    now = on.clock.now()

    def run(tx: Tx) -> None:
        statement = update(ApiKey).where(ApiKey.key_id == key_id, ApiKey.party_id == party_id).values(revoked_at=now)
        if tx.execute(statement).rowcount == 0:
            raise NoSuchKey(key=key_id[:40])

    on.store.write(run)
    forget_api_keys()
