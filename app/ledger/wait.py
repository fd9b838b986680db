"""Waiting until the public log covers what was just recorded."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import Unavailable
from app.ledger import find, sequencer
from app.ledger.find import Proof
from app.ledger.refusals import NotYetPublished
from app.runtime import Runtime

LONGEST = 10.0
"""Seconds that somebody waits for a checkpoint; one follows within a second unless something is wrong."""

_PAUSE = 0.02
"""Seconds between two looks while another process appends."""


@dataclass(frozen=True, slots=True)
class Waited:
    """The proofs of the subjects in their order; or why there are none yet, as the code of a refusal."""

    proofs: Sequence[Proof] = ()
    pending: str | None = None


def for_proofs(subjects: Sequence[int], *, on: Runtime, seconds: float = LONGEST) -> Waited:
    """Wait for the checkpoint that covers the entries about these subjects (event ids), helping the sequencer along.

    What was recorded is durable whatever happens here, so nothing is raised: a log that refuses, or takes longer, is told by its code.
    """
    try:
        return _wait(subjects, on, time.monotonic() + seconds)
    except Unavailable as refusal:
        return Waited(pending=refusal.code)


def _wait(subjects: Sequence[int], on: Runtime, deadline: float) -> Waited:
    last = max(subjects)  # entries are appended in the order of their subjects' numbers, so this one comes last
    while True:
        with on.store.reading() as connection:
            if find.covered(connection, last):
                found = find.proofs(connection, subjects)
                missing = [subject for subject in subjects if subject not in found]
                if not missing:
                    return Waited([found[subject] for subject in subjects])
                last = max(missing)
        if time.monotonic() > deadline:
            return Waited(pending=NotYetPublished.code)
        if not sequencer.integrate(on=on):
            time.sleep(_PAUSE)
