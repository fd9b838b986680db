"""Trying something that may be refused, for tests that accept either answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.errors import Refusal

T = TypeVar("T")


def attempt(action: Callable[[], T]) -> T | Refusal:
    """What the action answers, or the refusal it raises; any other exception goes through and fails the test."""
    try:
        return action()
    except Refusal as refusal:
        return refusal
