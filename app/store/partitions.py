"""Monthly partitions of the large PostgreSQL tables: small hot indexes are what keeps capture fast with random serials."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.engine import Connection

from app.store.keys import id_at

TABLES = ("event", "event_item")

AHEAD = 3
"""Months made in advance; a default partition takes what an unattended installation never made one for."""


def _next_month(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def ensure(connection: Connection, now: datetime, ahead: int = AHEAD) -> list[str]:
    """Make the partitions of this month and of the months ahead where they are missing; returns the names made.

    A month for which the default partition already holds rows is left alone: PostgreSQL would refuse it.
    """
    if connection.dialect.name == "sqlite":
        return []
    made: list[str] = []
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(ahead + 1):
        after = _next_month(month)
        for table in TABLES:
            name = f"{table}_p_{month:%Y%m}"
            low, high = id_at(month), id_at(after)
            if _exists(connection, name) or _default_holds(connection, table, low, high):
                continue
            connection.execute(text(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES FROM ({low}) TO ({high})"))
            made.append(name)
        month = after
    return made


def _exists(connection: Connection, name: str) -> bool:
    return bool(connection.execute(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": name}).scalar())


def _default_holds(connection: Connection, table: str, low: int, high: int) -> bool:
    statement = text(f"SELECT 1 FROM {table}_p_default WHERE id >= :low AND id < :high LIMIT 1")  # noqa: S608  # our own table names
    return connection.execute(statement, {"low": low, "high": high}).first() is not None
