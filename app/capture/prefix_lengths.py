"""How long company prefixes are, as far as an installation knows: an EPC URN states the length of its own, a Digital Link does not.

What is known: the operator's list (setting `prefix_list`), an organisation's own prefixes, and those of others that somebody has verified.
What others merely declared is their word and not a fact about numbers.
"""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select
from sqlalchemy.engine import Connection

from app.capture.spelling import Lengths
from app.identify import company_prefix
from app.identify.prefix_length import LONGEST, SHORTEST
from app.identify.prefix_list import known as listed
from app.party.find import VERIFIED
from app.party.model import CompanyPrefix

_HELD = select(CompanyPrefix.prefix).where(
    CompanyPrefix.prefix.in_(bindparam("beginnings", expanding=True)),
    or_(CompanyPrefix.party_id == bindparam("party_id"), CompanyPrefix.evidence == VERIFIED),
)


def known(connection: Connection, party_id: int | None, prefix_list: str) -> Lengths:
    """What `spelled` asks for lengths, valid while the connection is open; each company is looked up once.

    party_id: whose own prefixes are believed; prefix_list: the setting.
    """
    told: dict[str, int | None] = {}
    of_operator = listed(prefix_list)

    def length(ai: str, value: str) -> int | None:
        start = company_prefix.begins_at(ai)
        if start is None or company_prefix.has_gtin8(ai, value):
            return None
        digits = value[start : start + LONGEST]
        if digits not in told:
            found = of_operator.length_of(digits)
            told[digits] = _held(connection, party_id, digits) if found is None else found
        return told[digits]

    return length


def _held(connection: Connection, party_id: int | None, digits: str) -> int | None:
    beginnings = [digits[:length] for length in range(SHORTEST, len(digits) + 1)]
    prefixes = connection.execute(_HELD, {"beginnings": beginnings, "party_id": party_id}).scalars()
    return max((len(prefix) for prefix in prefixes), default=None)
