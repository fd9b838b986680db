"""Tables of organisations, people and their keys.

Parties, prefixes and people are small and shared by every shard (reference tables); the rest is keyed by `party_id`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Bytes, Flag, Id, Instant, Words
from app.store.tables import Base


class Party(Base):
    """An organisation: enterprise, household producer, carrier, laboratory, certification body or authority."""

    __tablename__ = "party"
    __table_args__ = (
        Index("ix_party_tax_code", "tax_code", unique=True),
        Index("ix_party_gln", "gln", unique=True),
        CheckConstraint("length(name) <= 200", name="name_length"),
    )

    party_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Words)
    name: Mapped[str] = mapped_column(Words)
    name_key: Mapped[str] = mapped_column(Words, index=True)
    tax_code: Mapped[str | None] = mapped_column(Words)
    gln: Mapped[str | None] = mapped_column(Words)
    province: Mapped[str | None] = mapped_column(Words)
    commune: Mapped[str | None] = mapped_column(Words)
    address: Mapped[str | None] = mapped_column(Words)
    phone: Mapped[str | None] = mapped_column(Words)
    website: Mapped[str | None] = mapped_column(Words)
    publishes: Mapped[bool] = mapped_column(Flag, default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class CompanyPrefix(Base):
    """A GS1 company prefix an organisation works under; `evidence` says how we know: declared or verified."""

    __tablename__ = "company_prefix"

    prefix: Mapped[str] = mapped_column(Words, primary_key=True)
    party_id: Mapped[int] = mapped_column(Id, index=True)
    evidence: Mapped[str] = mapped_column(Words, default="declared")
    created_at: Mapped[datetime] = mapped_column(Instant)


class Person(Base):
    """A person who can sign in; `email_key` is the folded address."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_email_key", "email_key", unique=True),)

    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(Words)
    email_key: Mapped[str] = mapped_column(Words)
    name: Mapped[str] = mapped_column(Words)
    password_hash: Mapped[str] = mapped_column(Words)
    language: Mapped[str] = mapped_column(Words, default="vi")
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class Membership(Base):
    """A person's role in an organisation; one role each."""

    __tablename__ = "membership"

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, index=True)
    role: Mapped[str] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Session(Base):
    """A signed-in browser; only the SHA-256 of its token is kept."""

    __tablename__ = "session"

    token_hash: Mapped[bytes] = mapped_column(Bytes, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, index=True)
    party_id: Mapped[int] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class ApiKey(Base):
    """A key for programs: `tx_<key_id>_<secret>`; the secret's SHA-256 is kept, its 256 bits need no slow hash."""

    __tablename__ = "api_key"

    key_id: Mapped[str] = mapped_column(Words, primary_key=True)
    party_id: Mapped[int] = mapped_column(Id, index=True)
    secret_hash: Mapped[bytes] = mapped_column(Bytes)
    label: Mapped[str] = mapped_column(Words)
    role: Mapped[str] = mapped_column(Words)
    scopes: Mapped[str] = mapped_column(Words, default="")
    created_by: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class SigningKey(Base):
    """A public key that signs events for an organisation; `sealed` holds the private half of a hosted key, encrypted."""

    __tablename__ = "signing_key"
    __table_args__ = (Index("ix_signing_key_kid", "kid"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    kid: Mapped[str] = mapped_column(Words, primary_key=True)
    algorithm: Mapped[str] = mapped_column(Words)
    spki: Mapped[bytes] = mapped_column(Bytes)
    hosted: Mapped[bool] = mapped_column(Flag)
    sealed: Mapped[bytes | None] = mapped_column(Bytes)
    created_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
