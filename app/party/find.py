"""Reads of organisations, people and keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlalchemy.engine import Connection, Row

from app.errors import NotFound
from app.party.model import ApiKey, CompanyPrefix, Membership, Party, Person, SigningKey
from app.store.folding import fold
from app.store.keys import parse_id

# Asked with every capture: building a statement costs more than running it.
_SIGNING_KEY = (
    select(SigningKey.__table__)
    .where(SigningKey.party_id == bindparam("party_id"), SigningKey.retired_at.is_(None))
    .order_by(SigningKey.created_at.desc())
    .limit(1)
)


VERIFIED = "verified"
"""`CompanyPrefix.evidence` of a prefix that somebody has looked up."""

_PREFIX_LENGTHS = range(4, 13)
_FEW = 100
"""Up to this many keys are asked for by their possible prefixes; above it reading every prefix costs less."""


class Holder(NamedTuple):
    """Who works under a company prefix; verified: somebody has looked it up, it does not only stand on the organisation's own word."""

    party_id: int
    verified: bool


class NoSuchParty(NotFound):
    """No organisation has this number."""

    code = "party.no-such-organisation"


def party(connection: Connection, party_id: int) -> Row[Any]:
    """An organisation; raises NoSuchParty."""
    row = connection.execute(select(Party.__table__).where(Party.party_id == party_id)).first()
    if row is None:
        raise NoSuchParty(party=str(party_id))
    return row


def called(connection: Connection, text: str) -> list[Row[Any]]:
    """Organisations with this number, or this name in any case and without accents: none, one, or two of several."""
    number = parse_id(text)
    named = Party.party_id == number if number is not None else Party.name_key == fold(text)
    return list(connection.execute(select(Party.party_id, Party.name).where(named).limit(2)))


def prefixes(connection: Connection, party_id: int) -> list[Row[Any]]:
    """The company prefixes of an organisation."""
    statement = select(CompanyPrefix.__table__).where(CompanyPrefix.party_id == party_id).order_by(CompanyPrefix.prefix)
    return list(connection.execute(statement))


def holder_of(connection: Connection, digits: str) -> int | None:
    """Whose prefix a key's digits begin with (the part that starts with the company prefix); the longest wins."""
    holder = holders_of(connection, [digits]).get(digits)
    return None if holder is None else holder.party_id


def holders_of(connection: Connection, many: Collection[str]) -> dict[str, Holder]:
    """The holders of many keys at once, without those whose prefix nobody holds."""
    statement = select(CompanyPrefix.prefix, CompanyPrefix.party_id, CompanyPrefix.evidence)
    if len(many) <= _FEW:
        statement = statement.where(CompanyPrefix.prefix.in_({digits[:length] for digits in many for length in _PREFIX_LENGTHS}))
    held = {row.prefix: Holder(int(row.party_id), row.evidence == VERIFIED) for row in connection.execute(statement)}
    beginnings = {digits: [digits[:length] for length in _PREFIX_LENGTHS if digits[:length] in held] for digits in many}
    return {digits: held[prefixes[-1]] for digits, prefixes in beginnings.items() if prefixes}


def holders_overlapping(connection: Connection, prefix: str) -> set[int]:
    """Who holds this prefix, a beginning of it, or one that begins with it: numbers under one of them lie under the other."""
    shorter = CompanyPrefix.prefix.in_([prefix[:length] for length in range(4, len(prefix) + 1)])
    longer = CompanyPrefix.prefix.startswith(prefix, autoescape=True)
    return {int(row.party_id) for row in connection.execute(select(CompanyPrefix.party_id).where(or_(shorter, longer)))}


def members(connection: Connection, party_id: int) -> list[Row[Any]]:
    """People of an organisation with their roles."""
    statement = (
        select(Person.person_id, Person.name, Person.email, Membership.role)
        .join(Membership, Membership.person_id == Person.person_id)
        .where(Membership.party_id == party_id)
        .order_by(Person.name)
    )
    return list(connection.execute(statement))


def api_keys(connection: Connection, party_id: int) -> list[Row[Any]]:
    """The API keys of an organisation, newest first; never their secrets."""
    statement = select(ApiKey.__table__).where(ApiKey.party_id == party_id).order_by(ApiKey.created_at.desc())
    return list(connection.execute(statement))


def signing_key(connection: Connection, party_id: int) -> Row[Any] | None:
    """The key that signs for an organisation today: the newest that is not retired."""
    return connection.execute(_SIGNING_KEY, {"party_id": party_id}).first()


def signing_keys(connection: Connection, kids: list[str]) -> dict[str, Row[Any]]:
    """Signing keys by kid, with the name and commune of the organisation they sign for."""
    statement = (
        select(SigningKey.__table__, Party.name, Party.commune, Party.province, Party.tax_code)
        .join(Party, Party.party_id == SigningKey.party_id)
        .where(SigningKey.kid.in_(kids))
    )
    return {row.kid: row for row in connection.execute(statement)}
