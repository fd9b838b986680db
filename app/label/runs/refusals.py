"""What makes a run of label files be refused, or end before its end."""

from __future__ import annotations

from app.errors import Conflict, Invalid, NotFound, Refusal, TooLarge


class NoSuchRun(NotFound):
    """The job has no such run."""

    code = "runs.no-such-run"


class NoSuchRunFile(NotFound):
    """The run has no such file yet, or no more."""

    code = "runs.no-such-file"


class FileOutdated(Conflict):
    """Stamps in a finished file were made void after it was drawn; printed, they would be out in the world."""

    code = "runs.file-outdated"  # params: count


class FileEmpty(NotFound):
    """Every stamp of a part is void: there is no file to hand out."""

    code = "runs.file-empty"


class FormUnknown(Invalid):
    """Files are made in forms that printers and print houses take."""

    code = "runs.form-unknown"  # params: form, known


class SpanWrong(Invalid):
    """The labels asked for are not places of the job."""

    code = "runs.span"  # params: first, last, count


class RunTooLarge(TooLarge):
    """More labels than one run draws."""

    code = "runs.too-large"  # params: count, limit


class RunsWaiting(Conflict):
    """The organisation has as many runs waiting as it may."""

    code = "runs.waiting"  # params: most


class RunEnded(Conflict):
    """The run has ended already, or goes on already."""

    code = "runs.ended"  # params: state


class StoreFull(Conflict):
    """The files of one run are more than an organisation may keep at a time."""

    code = "runs.store-full"  # params: limit


class Broke(Refusal):
    """The drawing stopped by a fault that is not the reader's."""

    status = 500
    epcis = "ImplementationException"
    code = "runs.broke"
