"""Portable column types: the same rows and the same order on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, LargeBinary, SmallInteger, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(at: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z of an aware instant; a naive one is a programming error (ValueError)."""
    if at.tzinfo is None:
        message = "a naive datetime has no instant"
        raise ValueError(message)
    return (at - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC instant of microseconds since 1970-01-01T00:00:00Z."""
    return _EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware instant kept as whole microseconds since 1970 in a BIGINT: sorts, compares and copies alike everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's signature
        """To the database; refuses naive instants."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """From the database; aware, UTC."""
        return None if value is None else from_micros(value)


class Document(TypeDecorator[Any]):
    """A small JSON value kept as text; for what is shown, never for what was signed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's signature
        """To the database, keys sorted so that both databases hold the same text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002  # SQLAlchemy's signature
        """From the database."""
        return None if value is None else json.loads(value)


Id = BigInteger
"""A 64-bit time-ordered key made by `app.store.keys.new_id`; no database sequence."""

Small = SmallInteger
Flag = Boolean
Bytes = LargeBinary
Words = Text
