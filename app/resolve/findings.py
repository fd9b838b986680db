"""What went wrong outside, kept so that it can be told later in any language: a code and the parameters of its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Finding, Refusal


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


def finding_of(document: Mapping[str, Any] | None) -> Finding | None:
    """The finding that `kept` kept."""
    if document is None:
        return None
    found = _Kept(document["code"], document["params"])
    return Finding(found.code, params=found.params)
