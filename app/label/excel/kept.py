"""Sheets between upload and confirmation, kept for a day beside those of events, whose table and sweeping they share.

Everybody who may ask for labels may record events, so the second permission that capture asks for keeps nobody out.
"""

from __future__ import annotations

from app.capture import draft
from app.capture.draft import Draft
from app.capture.sheets.sheet_refusals import NoSuchDraft
from app.label.excel.refusals import JobSheetKind
from app.label.excel.sheet_rows import CSV, XLSX
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

_MARK = "labels-"
"""Before the kind, so that a sheet of labels is never taken for one of events."""

_ENDINGS = {"xlsx": XLSX, "csv": CSV, "tsv": CSV, "txt": CSV}


def kind_of(name: str) -> str:
    """XLSX or CSV by the end of a name; raises JobSheetKind."""
    kind = _ENDINGS.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise JobSheetKind(pointer="/file", name=name[:80] or "-")
    return kind


def keep(raw: bytes, kind: str, name: str, *, by: Actor, on: Runtime) -> int:
    """Keep a sheet until it is confirmed; returns its number."""
    permit(by, Permission.LABEL_JOB_WRITE)
    return draft.keep(raw, _MARK + kind, name, by=by, on=on)


def kept(draft_id: int, *, by: Actor, on: Runtime) -> tuple[Draft, str]:
    """A sheet that was kept, and its kind; raises NoSuchDraft."""
    permit(by, Permission.LABEL_JOB_WRITE)
    found = draft.kept(draft_id, by=by, on=on)
    if not found.kind.startswith(_MARK):
        raise NoSuchDraft
    return found, found.kind.removeprefix(_MARK)
