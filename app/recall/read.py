"""Reading back the recalls of one's own organisation."""

from __future__ import annotations

from typing import Any

from app.party.permissions import Actor, Permission, permit
from app.recall import find
from app.runtime import Runtime


def notices(*, by: Actor, on: Runtime) -> list[dict[str, Any]]:
    """The notices of one's own organisation, newest first."""
    party_id = permit(by, Permission.RECALL_NOTICE_READ)
    with on.store.reading() as connection:
        return [as_json(row) for row in find.notices(connection, party_id)]


def notice(notice_id: int, *, by: Actor, on: Runtime) -> dict[str, Any]:
    """One notice; raises NoSuchNotice."""
    party_id = permit(by, Permission.RECALL_NOTICE_READ)
    with on.store.reading() as connection:
        return as_json(find.notice(connection, party_id, notice_id))


def as_json(row: Any) -> dict[str, Any]:
    """A notice as JSON values; instants in UTC, the number as text because JavaScript loses digits of 63-bit numbers."""
    return {
        "notice": str(row.notice_id),
        "gtin": row.gtin,
        "lot": row.lot or None,
        "reason": row.reason,
        "advice": row.advice,
        "declaredAt": _instant(row.declared_at),
        "inForce": row.withdrawn_at is None,
        "withdrawnAt": _instant(row.withdrawn_at),
        "withdrawalReason": row.withdrawal_reason,
    }


def _instant(at: Any) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
