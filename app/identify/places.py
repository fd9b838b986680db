"""Positions of refusals, counted in the text as the person sees it and not in the part that was being read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import Invalid


@contextmanager
def counted_from(start: int) -> Iterator[None]:
    """Within it a part of a text is read that begins at `start`; refusals leave it with `position` counted in the whole text."""
    try:
        yield
    except Invalid as refusal:
        if isinstance(refusal.params.get("position"), int):
            refusal.params["position"] += start
        raise
