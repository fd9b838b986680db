"""What went wrong outside, kept so that it can be told later in any language: a code and the parameters of its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Finding, Refusal

_UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A sentence as it was kept."""

    code: str
    params: Mapping[str, Any]


def told(refusal: Refusal) -> Finding:
    """A refusal as a finding."""
    return Finding(refusal.code, params=refusal.params)


def kept(problem: Refusal | Finding | None) -> dict[str, Any] | None:
    """A problem as a column of the type Document holds it."""
    return None if problem is None else {"code": problem.code, "params": dict(problem.params)}


def noted(problem: Refusal | None, unproven: str | None) -> dict[str, Any] | None:
    """A problem and the unproven host on the way to it, as a column holds them; either may be missing."""
    document = (kept(problem) or {}) | ({} if unproven is None else {_UNPROVEN: unproven})
    return document or None


def unproven_of(document: Mapping[str, Any] | None) -> Finding | None:
    """The unproven host that `noted` noted."""
    host = (document or {}).get(_UNPROVEN)
    return None if host is None else Finding("resolve.link-unproven", params={"host": host})


def finding_of(document: Mapping[str, Any] | None) -> Finding | None:
    """The finding that `kept` or `noted` kept."""
    if document is None or "code" not in document:
        return None
    found = _Kept(document["code"], document["params"])
    return Finding(found.code, params=found.params)
