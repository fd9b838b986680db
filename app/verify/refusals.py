"""Why an evidence bundle proves nothing; each reason has a code of its own."""

from __future__ import annotations

from app.errors import Invalid


class NotProven(Invalid):
    """The bundle does not prove what it claims; the subclasses say why. params often hold event, its 1-based number."""


class BundleTooLarge(NotProven):
    """The file is longer than any bundle. params: limit, found (bytes)."""

    code = "verify.bundle-too-large"


class BundleMalformed(NotProven):
    """The file is not a bundle of the known format. params: reason; pointer: where."""

    code = "verify.bundle-malformed"


class BundleDuplicateKey(NotProven):
    """A JSON object in the file names one key twice. params: key."""

    code = "verify.bundle-duplicate-key"


class BundleEmpty(NotProven):
    """The bundle holds no event. params: item."""

    code = "verify.bundle-empty"


class OtherLog(NotProven):
    """The bundle is of another log than the one trusted. params: expected, found (verifier keys)."""

    code = "verify.bundle-other-log"


class CheckpointWrong(NotProven):
    """The log did not sign this checkpoint. params: reason (a code)."""

    code = "verify.bundle-checkpoint"


class KeyWrong(NotProven):
    """A signing key is not what its log entry says, or cannot be used. params: kid, reason (a code)."""

    code = "verify.bundle-key"


class KeyNotLogged(NotProven):
    """A signing key is not in the log. params: kid, reason (a code)."""

    code = "verify.bundle-key-not-logged"


class KeyMissing(NotProven):
    """An event is signed with a key that the bundle does not hold. params: event, kid."""

    code = "verify.bundle-key-missing"


class KeyTooLate(NotProven):
    """An event stands in the log before the key that signed it. params: event, kid."""

    code = "verify.bundle-key-too-late"


class HashWrong(NotProven):
    """The event is not the one that was logged: its evidence hash differs. params: event, expected, found (hex)."""

    code = "verify.bundle-hash"


class PathWrong(NotProven):
    """The event does not lead to the root of its document. params: event, reason (a code)."""

    code = "verify.bundle-path"


class EntryWrong(NotProven):
    """The log entry says something else than the bundle. params: event, field."""

    code = "verify.bundle-entry"


class SignatureBad(NotProven):
    """The event's document was not signed by the key it names. params: event, kid."""

    code = "verify.bundle-signature"


class NotIncluded(NotProven):
    """The event's entry is not in the log. params: event, index, size, reason (a code)."""

    code = "verify.bundle-not-included"


class EventTwice(NotProven):
    """One event stands in the bundle twice. params: event, index."""

    code = "verify.bundle-event-twice"


class OtherItem(NotProven):
    """An event names neither the item nor its lot or class. params: event, item."""

    code = "verify.bundle-other-item"


class UnexpectedItem(NotProven):
    """The bundle is about another item than the one asked for. params: expected, found."""

    code = "verify.bundle-unexpected-item"
