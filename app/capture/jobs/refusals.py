"""Refusals of documents that are worked on beside the request."""

from __future__ import annotations

from app.errors import Invalid, TooMany, Unavailable


class JobsWaiting(TooMany):
    """An organisation has as many documents waiting as it may."""

    code = "capture.jobs-waiting"  # params: most, retry_after


class JobBroke(Invalid):
    """Work on the document broke off, again and again; the fault is ours."""

    code = "capture.job-broke"


class DocumentTooLarge(Invalid):
    """A document is larger than any that is taken here."""

    status = 413
    epcis = "CaptureLimitExceededException"
    code = "capture.document-too-large"  # params: limit (bytes)


class JobsRaced(Unavailable):
    """Others recorded events of the document while it was worked on, again and again."""

    code = "capture.job-raced"
