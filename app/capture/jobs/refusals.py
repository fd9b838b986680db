"""Refusals of documents that are worked on beside the request."""

from __future__ import annotations

from app.errors import Invalid, MediaTypeUnknown, TooLarge, TooMany, Unavailable


class JobsWaiting(TooMany):
    """An organisation has as many documents waiting as it may."""

    code = "capture.jobs-waiting"  # params: most, retry_after


class JobBroke(Invalid):
    """Work on the document broke off, again and again; the fault is ours."""

    code = "capture.job-broke"


class DocumentTooLarge(TooLarge):
    """A document is larger than any that is taken here."""

    code = "capture.document-too-large"  # params: limit (bytes)


class JobsRaced(Unavailable):
    """Others recorded events of the document while it was worked on, again and again."""

    code = "capture.job-raced"


class ArrivedTooSlowly(Unavailable):
    """While a document was kept portion by portion, none of it came for so long that it was taken for lost."""

    code = "capture.arrived-too-slowly"


class CodingUnknown(MediaTypeUnknown):
    """The body is compressed in a way that is not read here."""

    code = "capture.coding-unknown"  # params: found, expected


class BodyBroken(Invalid):
    """The compressed body cannot be unpacked."""

    code = "capture.body-broken"  # params: coding


class TooDense(TooLarge):
    """The compressed body unpacks to more than any document does: a bomb."""

    code = "capture.too-dense"  # params: limit (bytes for each byte sent)
