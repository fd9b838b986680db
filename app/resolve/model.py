"""Tables of the resolver: what each printed key leads to, whose web addresses have been proven, and whether links answer.

Link sets are distributed by the issuer of the key, as everything one resolves by key is; hosts are a reference table; changes and checks
are facts about an organisation and keyed by `party_id`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Document, Flag, Id, Instant, Words
from app.store.tables import Base


class LinkSet(Base):
    """Where one registered key, or one key with qualifiers, leads.

    issuer, class_key: of the primary key alone, so that one range holds every level; qualifiers: "" or as `/10/LOT-A1`, escaped as in the
    canonical URI; anchor: the canonical path; description_key: folded, for searches; party_id: whose it is, 0 for the operator of the
    installation; links: as `app.resolve.links.Link.as_json`; several_defaults: there is a gs1:defaultLinkMulti, so the visitor's language
    matters.
    """

    __tablename__ = "link_set"
    __table_args__ = (Index("ix_link_set_party", "party_id", "anchor"),)

    issuer: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    class_key: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    qualifiers: Mapped[str] = mapped_column(Words, primary_key=True)
    party_id: Mapped[int] = mapped_column(Id)
    anchor: Mapped[str] = mapped_column(Words)
    description: Mapped[str] = mapped_column(Words)
    description_key: Mapped[str] = mapped_column(Words, server_default="")
    default_href: Mapped[str | None] = mapped_column(Words)
    default_title: Mapped[str | None] = mapped_column(Words)
    default_host: Mapped[str | None] = mapped_column(Words)
    several_defaults: Mapped[bool] = mapped_column(Flag, default=False)
    links: Mapped[Any] = mapped_column(Document)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class LinkChange(Base):
    """One change of a link set, with what was there before: the way back. before, after: None where there was or is none."""

    __tablename__ = "link_change"
    __table_args__ = (Index("ix_link_change_anchor", "party_id", "anchor", "change_id"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    change_id: Mapped[int] = mapped_column(Id, primary_key=True, index=True)
    anchor: Mapped[str] = mapped_column(Words)
    before: Mapped[Any] = mapped_column(Document, nullable=True)
    after: Mapped[Any] = mapped_column(Document, nullable=True)
    changed_by: Mapped[int | None] = mapped_column(Id)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class LinkHost(Base):
    """A host that an organisation's links lead to; only a proven one is redirected to without asking the visitor.

    A small table that every shard has whole (a reference table), because each redirect joins it with a link set of any issuer.

    host: lower case, IDNA, with the port when it is not the scheme's; proven_by: "dns", "file" or "operator"; None while unproven;
    failed_since: when a proof that once held was first not found again; problem: what the last look found instead, by the way it looked
    ("dns", "file"), as code and parameters of a sentence.
    """

    __tablename__ = "link_host"
    __table_args__ = (Index("ix_link_host_checked_at", "checked_at"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    host: Mapped[str] = mapped_column(Words, primary_key=True)
    token: Mapped[str] = mapped_column(Words)
    proven_by: Mapped[str | None] = mapped_column(Words)
    proven_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_since: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[Any] = mapped_column(Document, nullable=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class LinkCheck(Base):
    """Whether the public link of a product answered, the last time it was tried (gate G7 of the traceability level).

    url: where the link led in the end; status: HTTP status of the last answer on the way, None when there was none; problem: code and
    parameters of a sentence; ok_at: the last time it answered; failed_since: since when it does not. The first failure is a suspicion, and
    failed_since is then checked_at; a link is called dead by a second one, when checked_at is later.
    """

    __tablename__ = "link_check"
    __table_args__ = (Index("ix_link_check_checked_at", "checked_at"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words, primary_key=True)
    url: Mapped[str] = mapped_column(Words)
    ok: Mapped[bool] = mapped_column(Flag)
    status: Mapped[int | None] = mapped_column(Id)
    problem: Mapped[Any] = mapped_column(Document, nullable=True)
    milliseconds: Mapped[int | None] = mapped_column(Id)
    checked_at: Mapped[datetime] = mapped_column(Instant)
    ok_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_since: Mapped[datetime | None] = mapped_column(Instant)
