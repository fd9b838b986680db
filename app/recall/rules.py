"""What a recall notice must say before it is declared; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import Finding
from app.party.rules import text_findings

SHORTEST_REASON = 10
"""Fewer characters cannot tell anybody what is wrong with the goods."""

LONGEST_REASON = 500
LONGEST_ADVICE = 500
LONGEST_LOT = 20
"""Most characters of a batch or lot number. Source: GS1 General Specifications, AI (10)."""


def check_notice(values: Mapping[str, Any]) -> list[Finding]:
    """Findings about a notice: `gtin` and `reason` are required, `lot` is empty for a whole product, `advice` may be missing."""
    limits = {"gtin": (14, True), "lot": (LONGEST_LOT, False), "reason": (LONGEST_REASON, True), "advice": (LONGEST_ADVICE, False)}
    return text_findings(values, limits) + _too_short(values.get("reason"))


def check_withdrawal(reason: Any) -> list[Finding]:
    """Findings about the reason for taking a notice back."""
    return text_findings({"reason": reason}, {"reason": (LONGEST_REASON, True)}) + _too_short(reason)


def _too_short(reason: Any) -> list[Finding]:
    if not isinstance(reason, str) or not reason or len(reason.strip()) >= SHORTEST_REASON:
        return []
    return [Finding("recall.reason-too-short", "/reason", reason, {"least": SHORTEST_REASON, "length": len(reason.strip())})]
