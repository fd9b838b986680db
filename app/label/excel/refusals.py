"""Why a sheet of label jobs is not read, or not made, as a whole; what is wrong in its cells are findings."""

from __future__ import annotations

from app.errors import Invalid, MediaTypeUnknown, TooLarge


class JobSheetEmpty(Invalid):
    """There is a header at most, and no job below it."""

    code = "label.sheet-empty"


class JobSheetTooLarge(TooLarge):
    """The file is longer than a sheet of label jobs may be."""

    code = "label.sheet-too-large"  # params: found, limit (bytes)


class JobSheetKind(MediaTypeUnknown):
    """The file is neither .xlsx nor .csv by its name or content type."""

    code = "label.sheet-kind"  # params: name


class JobSheetWrong(Invalid):
    """All rows or none were to be made, and some cannot be; the findings say which, and nothing was made."""

    code = "label.sheet-wrong"  # params: count (findings), rows (with findings)
