"""Files of events on their way: which kind they are, what a dry run says, and keeping them until the sender confirms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from app.capture import accept as capture
from app.capture import pack, read_document, reading
from app.capture.model import CaptureDraft
from app.capture.receipt import PROCEED, ROLLBACK
from app.capture.sheets import sheet
from app.capture.sheets.sheet_file import CSV, XLSX, Table
from app.capture.sheets.sheet_refusals import FileKindUnknown, NoSuchDraft
from app.errors import Finding
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.keys import new_id
from app.store.work import Tx

JSON, XML = reading.JSON, reading.XML
CONTENT_TYPES = {JSON: "application/json", XML: "application/xml"}
"""Content types of documents by kind of file."""

KEPT = timedelta(days=1)
MOST = 20
"""Drafts of one organisation: the newest stay."""

_ENDINGS = {"json": JSON, "jsonld": JSON, "xml": XML, "xlsx": XLSX, "csv": CSV, "tsv": CSV, "txt": CSV}
_LONGEST_NAME = 120
_LENIENT = "+lenient"
"""What the kind of a kept file ends with whose dialect is to be repaired."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a dry run says of a file of any kind; nothing of it is kept while there are findings. changes: what was repaired to read it."""

    kind: str
    events: list[dict[str, Any]] = field(repr=False)
    findings: list[Finding]
    remarks: list[Finding]
    known: int = 0
    table: Table | None = field(default=None, repr=False)
    changes: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that waits for confirmation."""

    draft_id: int
    kind: str
    name: str
    content: bytes = field(repr=False)
    lenient: bool = False


def kind_of(name: str, content_type: str = "") -> str:
    """The kind of a file from its content type or, failing that, the end of its name; raises FileKindUnknown."""
    binding = reading.binding_of(content_type)
    if binding is not None:
        return binding
    if content_type in sheet.TYPES:
        return sheet.TYPES[content_type]
    kind = _ENDINGS.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise FileKindUnknown(name=name[:_LONGEST_NAME] or content_type[:_LONGEST_NAME] or "-")
    return kind


def is_bare(document: Any) -> bool:
    """Whether a JSON value is one event without a document around it."""
    return (
        isinstance(document, dict) and "epcisBody" not in document and document.get("type") not in {"EPCISDocument", "EPCISQueryDocument"}
    )


def judge(raw: bytes, kind: str, *, by: Actor, on: Runtime, lenient: bool = False) -> Judged:
    """A dry run: nothing is kept. Raises the refusals of files that cannot be read at all."""
    permit(by, Permission.CAPTURE_EVENT_WRITE)
    if kind not in CONTENT_TYPES:
        found = sheet.judge(raw, kind, by=by, on=on)
        return Judged(kind, found.events, found.findings, found.remarks, found.known, found.table)
    bare = _bare(raw, kind)
    checked = capture.check(raw, on=on, content_type=CONTENT_TYPES[kind], bare=bare, lenient=lenient)
    return Judged(kind, checked.events, checked.findings, [], changes=checked.changes)


def record(
    raw: bytes, kind: str, *, by: Actor, on: Runtime, lenient: bool = False, proceed: bool = False
) -> tuple[capture.Receipt, list[Finding]]:
    """Capture a file of any kind, bare events too: (receipt, remarks). Raises what `accept` of documents and of sheets raise.

    lenient, proceed: of documents only; a sheet with a mistake is told by row and taken whole or not at all.
    """
    if kind not in CONTENT_TYPES:
        receipt, judged = sheet.accept(raw, kind, by=by, on=on)
        return receipt, judged.remarks
    permit(by, Permission.CAPTURE_EVENT_WRITE)
    receipt = capture.accept(
        raw,
        by=by,
        on=on,
        content_type=CONTENT_TYPES[kind],
        bare=_bare(raw, kind),
        lenient=lenient,
        behaviour=PROCEED if proceed else ROLLBACK,
    )
    return receipt, []


def _bare(raw: bytes, kind: str) -> bool:
    return kind == JSON and raw.lstrip()[:1] != b"<" and is_bare(read_document.loads(raw))


def keep(raw: bytes, kind: str, name: str, *, by: Actor, on: Runtime, lenient: bool = False) -> int:
    """Keep a file for confirmation; old ones are swept on the way. Returns its number."""
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    now = on.clock.now()
    values = {
        "party_id": party_id, "draft_id": new_id(), "kind": kind + _LENIENT * lenient, "name": name[:_LONGEST_NAME],
        "content": pack.pack_document(raw), "created_at": to_micros(now),
    }  # fmt: skip

    def run(tx: Tx) -> None:
        tx.execute(delete(CaptureDraft).where(CaptureDraft.created_at < to_micros(now - KEPT)))
        mine = select(CaptureDraft.draft_id).where(CaptureDraft.party_id == party_id).order_by(CaptureDraft.draft_id.desc())
        full = tx.execute(mine.offset(MOST - 1).limit(1)).scalar()
        if full is not None:
            tx.execute(delete(CaptureDraft).where(CaptureDraft.party_id == party_id, CaptureDraft.draft_id <= full))
        tx.execute(insert(CaptureDraft).values(values))

    on.store.write(run)
    return int(str(values["draft_id"]))


def kept(draft_id: int, *, by: Actor, on: Runtime) -> Draft:
    """A file that was kept; raises NoSuchDraft."""
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    statement = select(CaptureDraft.__table__).where(CaptureDraft.party_id == party_id, CaptureDraft.draft_id == draft_id)
    with on.store.reading() as connection:
        row = connection.execute(statement).first()
    if row is None or row.created_at < to_micros(on.clock.now() - KEPT):
        raise NoSuchDraft
    kind = row.kind.removesuffix(_LENIENT)
    return Draft(row.draft_id, kind, row.name, pack.unpack_document(bytes(row.content)), kind != row.kind)


def confirm(draft_id: int, *, by: Actor, on: Runtime) -> capture.Receipt:
    """Capture a kept file; pressed twice it answers from the first time. Raises NoSuchDraft, what `record` raises."""
    draft = kept(draft_id, by=by, on=on)
    return record(draft.content, draft.kind, by=by, on=on, lenient=draft.lenient)[0]
