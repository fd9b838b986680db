"""Why a spreadsheet of events is not read at all, as codes of `schemas/errors.toml`; what is wrong in its cells are findings."""

from __future__ import annotations

from app.errors import Invalid, MediaTypeUnknown, NotFound, TooLarge


class SheetTooLarge(TooLarge):
    """The file is longer than a spreadsheet of events may be."""

    code = "capture.sheet-too-large"  # params: found, limit (bytes)


class SheetBomb(TooLarge):
    """The compressed file unfolds into more than any spreadsheet of events needs."""

    code = "capture.sheet-bomb"  # params: size, limit (bytes), ratio, most


class SheetTooWide(TooLarge):
    """Cells are filled far to the right of the last column that means anything."""

    code = "capture.sheet-too-wide"  # params: columns, limit


class TooManyRows(TooLarge):
    """More filled rows than one sheet may have."""

    code = "capture.sheet-too-many-rows"  # params: rows, limit


class NotASheet(Invalid):
    """The name or the content type promises a format that the bytes are not."""

    code = "capture.not-a-sheet"  # params: promised


class SheetEncrypted(Invalid):
    """A workbook with a password, or one of the binary format before 2007, which begins with the same bytes."""

    code = "capture.sheet-encrypted"


class SheetDamaged(Invalid):
    """The workbook breaks off, its checksums are wrong, or its parts contradict each other."""

    code = "capture.sheet-damaged"


class SheetEncoding(Invalid):
    """The text is neither UTF-8 nor UTF-16 nor Windows-1258."""

    code = "capture.sheet-encoding"  # params: line


class SheetQuotes(Invalid):
    """A quotation mark of a CSV file opens and never closes, or a cell is endless."""

    code = "capture.sheet-quotes"  # params: line


class SheetEmpty(Invalid):
    """There is a header at most, and no event below it."""

    code = "capture.sheet-empty"


class SheetInvalid(Invalid):
    """The sheet was read and cells of it are wrong; the findings say which, with row and column."""

    code = "capture.sheet-invalid"  # params: count (findings), rows (with findings)


class FileKindUnknown(MediaTypeUnknown):
    """The file is none of the kinds that events are read from."""

    code = "capture.file-kind"  # params: name


class NoSuchDraft(NotFound):
    """The upload that was to be confirmed is not kept any more."""

    code = "capture.no-such-draft"
