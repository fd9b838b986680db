"""Refusals compared as wholes."""

from __future__ import annotations

from typing import Any

from app.errors import Finding, Refusal


def whole(refusal: Refusal) -> tuple[type[Refusal], str, tuple[Finding, ...], dict[str, Any]]:
    """Everything a refusal says."""
    return type(refusal), refusal.pointer, refusal.findings, refusal.params
