"""After a backup was put back: what may have been given out since it was made is never given out again.

Random serial numbers go on, because they never meet again; counters do not, because they would begin where the backup was.
"""

from __future__ import annotations

from app.label.stamps import ranges, sscc
from app.runtime import Runtime
from app.store.work import Tx

NOTE = "closed: backup of {made} restored"
"""Begins the note of a range closed here."""


def forget_nothing(made: str, *, on: Runtime) -> int:
    """Close permuted ranges and hold the counters of SSCCs. made: when the backup was made. Returns how many ranges were closed."""
    now = on.clock.now()

    def run(tx: Tx) -> int:
        sscc.hold(tx, now, made)
        return ranges.close_permuted(tx, now, NOTE.format(made=made[:40]))

    return on.store.write(run)
