"""Refusals of the log: it would rather stand still than say two things."""

from __future__ import annotations

from app.errors import NotFound, Unavailable


class LogKeyChanged(Unavailable):
    """The key or origin of this installation is not the one the log was begun with. params: expected, found (vkeys)."""

    code = "ledger.key-changed"


class LogRolledBack(Unavailable):
    """The database knows less of the log than was already published: an old backup, or somebody rewrote it. params: published, found."""

    code = "ledger.rolled-back"


class GuardDamaged(Unavailable):
    """The guard file cannot be read, so nobody can say what was published. params: path."""

    code = "ledger.guard-damaged"


class NotInLog(NotFound):
    """No entry of the log is about that."""

    code = "ledger.not-in-log"


class NotYetPublished(Unavailable):
    """It is durable and queued; a checkpoint that covers it follows within a second. params: retry_after (seconds)."""

    code = "ledger.not-yet-published"
