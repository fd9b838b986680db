"""Lengths of company prefixes, which EPC URNs state and links do not."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from app.capture.spelling import Lengths
from app.identify import company_prefix, prefix_list
from app.party import find
from app.runtime import Runtime


def lengths(connection: Connection, party_id: int, on: Runtime) -> Lengths:
    """What is known: the organisation's own prefixes, then the operator's list."""
    own = company_prefix.Prefixes({row.prefix: len(row.prefix) for row in find.prefixes(connection, party_id)})
    listed = prefix_list.known(on.settings.prefix_list)

    def length(ai: str, value: str) -> int | None:
        found = own.length_in(ai, value)
        return listed.length_in(ai, value) if found is None else found

    return length
