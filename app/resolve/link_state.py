"""What is known of the public links of an organisation's products: gate G7 of the traceability level rests on it, and pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from app.catalogue.model import Product
from app.errors import Finding
from app.resolve.findings import finding_of, unproven_of
from app.resolve.model import LinkCheck


class State(StrEnum):
    """What can honestly be said of a link."""

    ANSWERS = "answers"
    SILENT = "silent"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class LinkState:
    """A product's link. since: of a silent one, when it first failed; ok_at: when it last answered; problem: what the last try met.

    problem is also set where the last try said nothing about the link (no network), or was a first failure that is tried again. unproven:
    that visitors are asked before they go on, whether the page behind answers or not.
    """

    gtin: str
    name: str
    state: State
    url: str | None
    status: int | None
    checked_at: datetime | None
    ok_at: datetime | None
    since: datetime | None
    problem: Finding | None
    unproven: Finding | None = None


@dataclass(frozen=True, slots=True)
class LinkAnswers:
    """Counts and every product of an organisation; the three counts add up to the number of its products."""

    answers: int
    silent: int
    unchecked: int
    products: dict[str, LinkState]


def link_answers(connection: Connection, party_id: int) -> LinkAnswers:
    """Whether the links of an organisation's products answer, by GTIN."""
    found = {row.gtin: _state(row) for row in connection.execute(_STATEMENT.where(Product.party_id == party_id).order_by(Product.gtin))}
    counted = [each.state for each in found.values()]
    return LinkAnswers(counted.count(State.ANSWERS), counted.count(State.SILENT), counted.count(State.UNCHECKED), found)


def link_state(connection: Connection, party_id: int, gtin: str) -> LinkState | None:
    """Whether the link of one product (14 digits) answers; None when the organisation has no such product."""
    row = connection.execute(_STATEMENT.where(Product.party_id == party_id, Product.gtin == gtin)).first()
    return None if row is None else _state(row)


_STATEMENT = select(
    Product.gtin, Product.name, LinkCheck.ok, LinkCheck.url, LinkCheck.status, LinkCheck.problem, LinkCheck.checked_at, LinkCheck.ok_at,
    LinkCheck.failed_since,
).outerjoin(LinkCheck, and_(LinkCheck.party_id == Product.party_id, LinkCheck.gtin == Product.gtin))  # fmt: skip


def _state(row: Any) -> LinkState:
    dead = row.failed_since is not None and row.checked_at != row.failed_since and not row.ok
    state = State.ANSWERS if row.ok else State.SILENT if dead else State.UNCHECKED
    dates = (row.checked_at, row.ok_at, row.failed_since if dead else None)
    return LinkState(row.gtin, row.name, state, row.url, row.status, *dates, finding_of(row.problem), unproven_of(row.problem))
