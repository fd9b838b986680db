"""What the sender of a document is told once the disk holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from app.errors import Finding

ROLLBACK, PROCEED = "rollback", "proceed"
"""What becomes of a document with wrong events (EPCIS 2.0, GS1-Capture-Error-Behaviour): nothing of it, or all but those, is recorded."""


class EventReceipt(NamedTuple):
    """What became of one event: its eventID (the CBV hash where the sender gave none), both hashes, and whether it was known already."""

    event_id: str
    evidence: str
    cbv_hash: str
    known: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a document: durable when this is returned.

    row_ids: the rows of its events, in the order of `events`; errors: what was wrong with events that were left out; changes: what the
    lenient reader repaired, and what is worth a remark; wrong, changed: how many those are, where not all of them are kept; running: it
    is a job that is not done yet, and `jobs.read` tells how far it is.
    """

    capture_id: str
    captured_at: datetime
    events: tuple[EventReceipt, ...]
    row_ids: tuple[int, ...] = field(repr=False, default=())
    behaviour: str = ROLLBACK
    success: bool = True
    errors: tuple[Finding, ...] = ()
    changes: tuple[Finding, ...] = ()
    running: bool = False
    wrong: int = 0
    changed: int = 0

    def to_json(self) -> dict[str, Any]:
        """As the capture job of the receipt; errors and changes are added by the doors, in the reader's language."""
        return {
            "captureID": self.capture_id,
            "createdAt": self.captured_at.isoformat().replace("+00:00", "Z"),
            "events": [
                {"eventID": item.event_id, "evidence": item.evidence, "cbvHash": item.cbv_hash, "known": item.known} for item in self.events
            ],
        }

    def to_job(self) -> dict[str, Any]:
        """As the capture job that is done already, with its events; errors and changes are left to the doors, as in `to_json`."""
        made = self.to_json()
        done = {"running": False, "success": self.success, "captureErrorBehaviour": self.behaviour, "finishedAt": made["createdAt"]}
        return made | done
