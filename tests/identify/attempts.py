"""Trying something that may be refused, for tests that accept either answer, and comparing what came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from app.errors import Refusal
from app.identify.spellings import Answer

T = TypeVar("T")


def attempt(action: Callable[[], T]) -> T | Refusal:
    """What the action answers, or the refusal it raises; any other exception goes through and fails the test."""
    try:
        return action()
    except Refusal as refusal:
        return refusal


def comparable(found: Answer | Refusal) -> object:
    """What was answered, with refusals as their codes and parameters: two that say the same are equal."""
    if isinstance(found, Refusal):
        return found.code, found.params
    return replace(found, dl_error=None), found.dl_error and (found.dl_error.code, found.dl_error.params)
