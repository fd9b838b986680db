"""What `check` answers: the verdict with everything it rests on, as values without words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.errors import Refusal
from app.identify.read import Identified
from app.journey.history import History
from app.verify.prove import Proofs, Result
from app.verify.scans import ScanFacts
from app.verify.verdict import Cause, Judgement, Level, Reason


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What the public is told of a product: the public part of the ten data items of Circular 02/2024/TT-BKHCN."""

    gtin: str
    name: str
    brand: str | None
    model: str | None
    description: str | None
    net_content: str | None
    shelf_life: str | None
    standards: str | None
    origin: str | None
    warnings: str | None
    has_image: bool


@dataclass(frozen=True, slots=True)
class ProducerFacts:
    """Who answers for a product. A household is a person: its commune is told, its address is not."""

    name: str
    gln: str | None
    address: str | None
    commune: str | None
    province: str | None
    website: str | None


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A registered batch; days as ISO text."""

    lot: str
    produced_on: str | None
    expires_on: str | None


@dataclass(frozen=True, slots=True)
class RecallFacts:
    """The notice in force; lot is None when it concerns every batch."""

    notice: str
    lot: str | None
    reason: str
    advice: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One of the checks behind a verdict: name (signature, log, status, recall, expiry, scans), how it ended, how many of how many.

    state: of the label, where it is known: blank, printed, assigned, activated, sold, void, destroyed, decommissioned; else "".
    """

    name: str
    result: Result
    passed: int = 0
    of: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer about one code at one moment.

    reasons: all that applied, the weightiest first, and the first decided; expiry: the day that counted; owner: whose product it is.
    """

    reasons: Sequence[Reason]
    identified: Identified | None
    level: Level
    at: datetime
    product: ProductFacts | None = None
    producer: ProducerFacts | None = None
    lot: LotFacts | None = None
    expiry: date | None = None
    recall: RecallFacts | None = None
    checks: Sequence[Check] = ()
    history: History = field(default_factory=History)
    proofs: Proofs = field(default_factory=Proofs)
    scans: ScanFacts | None = None
    owner: int | None = None
    unreadable: Refusal | None = None

    @property
    def reason(self) -> Reason:
        """The reason that decided."""
        return self.reasons[0]

    @property
    def verdict(self) -> Judgement:
        """One of the seven."""
        return self.reason.verdict

    @property
    def cause(self) -> Cause:
        """Why."""
        return self.reason.cause

    @property
    def params(self) -> Mapping[str, Any]:
        """Parameters of the cause's sentence."""
        return self.reason.params

    def value(self, ai: str) -> str | None:
        """The value of an application identifier in the code, or None."""
        if self.identified is None:
            return None
        return next((value for name, value in (*self.identified.path, *self.identified.attributes) if name == ai), None)

    @property
    def serial(self) -> str | None:
        """The serial number in the code."""
        return self.value("21")

    @property
    def batch(self) -> str | None:
        """The batch: as registered, else as the code has it."""
        return self.lot.lot if self.lot is not None else self.value("10")
