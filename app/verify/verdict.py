"""The seven verdicts, why each is given, and which wins when several apply; pure.

A verdict is about the record, never about the goods. Source of the precedence: design.md, section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Judgement(StrEnum):
    """What is said about a code, the weightiest first: the order is the precedence."""

    RECALLED = "recalled"
    SUSPICIOUS = "suspicious"
    EXPIRED = "expired"
    CANNOT_CHECK = "cannot_check"
    VERIFIED = "verified"
    REGISTERED_ONLY = "registered_only"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a verdict is given; printed beside it, so that two people can speak about the same thing."""

    RECALL_LOT = "RECALL-LOT"
    RECALL_PRODUCT = "RECALL-PRODUCT"
    BROKEN_SIGNATURE = "BROKEN-SIGNATURE"
    BROKEN_LOG = "BROKEN-LOG"
    VOID_STAMP = "VOID-STAMP"
    VOID_SSCC = "VOID-SSCC"
    DESTROYED = "DESTROYED"
    DECOMMISSIONED = "DECOMMISSIONED"
    LOT_MISMATCH = "LOT-MISMATCH"
    LOT_CONFLICT = "LOT-CONFLICT"
    EXPIRY_MISMATCH = "EXPIRY-MISMATCH"
    CLONE_GEO = "CLONE-GEO"
    CLONE_COUNT = "CLONE-COUNT"
    EXPIRED = "EXPIRED"
    STORE_DOWN = "STORE-DOWN"
    LOG_PENDING = "LOG-PENDING"
    UNREADABLE = "UNREADABLE"
    VERIFIED_ITEM = "VERIFIED-ITEM"
    BLANK_STAMP = "BLANK-STAMP"
    PRINTED_STAMP = "PRINTED-STAMP"
    ASSIGNED_STAMP = "ASSIGNED-STAMP"
    ISSUED_SSCC = "ISSUED-SSCC"
    DECLARED_WRONG = "DECLARED-WRONG"
    NOT_RECORDED = "NOT-RECORDED"
    NO_EVENTS = "NO-EVENTS"
    BATCH_ONLY = "BATCH-ONLY"
    CLASS_ONLY = "CLASS-ONLY"
    UNKNOWN_SERIAL = "UNKNOWN-SERIAL"
    UNKNOWN_LOT = "UNKNOWN-LOT"
    UNKNOWN_PRODUCT = "UNKNOWN-PRODUCT"
    UNKNOWN_KEY = "UNKNOWN-KEY"


VERDICT_OF: Mapping[Cause, Judgement] = {
    Cause.RECALL_LOT: Judgement.RECALLED,
    Cause.RECALL_PRODUCT: Judgement.RECALLED,
    Cause.BROKEN_SIGNATURE: Judgement.SUSPICIOUS,
    Cause.BROKEN_LOG: Judgement.SUSPICIOUS,
    Cause.VOID_STAMP: Judgement.SUSPICIOUS,
    Cause.VOID_SSCC: Judgement.SUSPICIOUS,
    Cause.DESTROYED: Judgement.SUSPICIOUS,
    Cause.DECOMMISSIONED: Judgement.SUSPICIOUS,
    Cause.LOT_MISMATCH: Judgement.SUSPICIOUS,
    Cause.LOT_CONFLICT: Judgement.SUSPICIOUS,
    Cause.EXPIRY_MISMATCH: Judgement.SUSPICIOUS,
    Cause.CLONE_GEO: Judgement.SUSPICIOUS,
    Cause.CLONE_COUNT: Judgement.SUSPICIOUS,
    Cause.EXPIRED: Judgement.EXPIRED,
    Cause.STORE_DOWN: Judgement.CANNOT_CHECK,
    Cause.LOG_PENDING: Judgement.CANNOT_CHECK,
    Cause.UNREADABLE: Judgement.CANNOT_CHECK,
    Cause.VERIFIED_ITEM: Judgement.VERIFIED,
    Cause.BLANK_STAMP: Judgement.REGISTERED_ONLY,
    Cause.PRINTED_STAMP: Judgement.REGISTERED_ONLY,
    Cause.ASSIGNED_STAMP: Judgement.REGISTERED_ONLY,
    Cause.ISSUED_SSCC: Judgement.REGISTERED_ONLY,
    Cause.DECLARED_WRONG: Judgement.REGISTERED_ONLY,
    Cause.NOT_RECORDED: Judgement.REGISTERED_ONLY,
    Cause.NO_EVENTS: Judgement.REGISTERED_ONLY,
    Cause.BATCH_ONLY: Judgement.REGISTERED_ONLY,
    Cause.CLASS_ONLY: Judgement.REGISTERED_ONLY,
    Cause.UNKNOWN_SERIAL: Judgement.UNKNOWN,
    Cause.UNKNOWN_LOT: Judgement.UNKNOWN,
    Cause.UNKNOWN_PRODUCT: Judgement.UNKNOWN,
    Cause.UNKNOWN_KEY: Judgement.UNKNOWN,
}
"""One verdict for each cause. Within a verdict the cause that stands first in `Cause` is told."""

_VERDICTS = {verdict: place for place, verdict in enumerate(Judgement)}
_CAUSES = {cause: place for place, cause in enumerate(Cause)}


class Level(StrEnum):
    """What a code identifies: every piece of a product, every piece of a batch, or this one piece."""

    CLASS = "class"
    BATCH = "batch"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause that applies, with the parameters of its sentence."""

    cause: Cause
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> Judgement:
        """The verdict it leads to."""
        return VERDICT_OF[self.cause]


def weightiest(reasons: Iterable[Reason]) -> list[Reason]:
    """The reasons in order of weight; the first decides. An empty list is a programming error of the caller."""
    return sorted(reasons, key=lambda reason: (_VERDICTS[reason.verdict], _CAUSES[reason.cause]))
