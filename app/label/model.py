"""Tables of label jobs, of every serial number and SSCC given out, of the life of stamps, and of how an enterprise's labels look.

All are keyed by `party_id`, but `sscc` and its counter: who made an SSCC is told by the number itself, and no two organisations may ever
make the same, so they are keyed by the issuer inside the number.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Bytes, Flag, Id, Instant, Words
from app.store.tables import Base


class LabelJob(Base):
    """One request for labels: for which goods, how many, in which rolls, who asked.

    lot: "" while it is open (blank stamps). serialised: whether each label has a serial number of its own; given: whether
    these came from outside as a list. drawn: how many of `count`
    serial numbers exist already; a job of a million draws them in portions. per_roll: stamps on a roll, or None. range_first: the first
    count of its range that the job was given. origin: what an Excel row came from, so that the same row read again makes no second job.
    """

    __tablename__ = "label_job"
    __table_args__ = (
        Index("ix_label_job_origin", "party_id", "origin", unique=True),
        Index("ix_label_job_goods", "party_id", "gtin", "lot"),
        # Asked every second for what is left to draw; an index of the few jobs that have something left.
        Index("ix_label_job_undrawn", "job_id", sqlite_where=text("drawn < count"), postgresql_where=text("drawn < count")),
    )

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words)
    lot: Mapped[str] = mapped_column(Words)
    count: Mapped[int] = mapped_column(Id)
    created_by: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    serialised: Mapped[bool] = mapped_column(Flag, server_default="1")
    given: Mapped[bool] = mapped_column(Flag, server_default="0")
    drawn: Mapped[int] = mapped_column(Id, server_default="0")
    per_roll: Mapped[int | None] = mapped_column(Id)
    range_id: Mapped[int | None] = mapped_column(Id)
    range_first: Mapped[int | None] = mapped_column(Id)
    carrier: Mapped[str] = mapped_column(Words, server_default="qr-dl")
    layout: Mapped[str | None] = mapped_column(Words)
    design_id: Mapped[int | None] = mapped_column(Id)
    note: Mapped[str | None] = mapped_column(Words)
    origin: Mapped[str | None] = mapped_column(Words)


class Serial(Base):
    """A serial number (AI 21) of a product, never given out twice; `position` counts from 1 in the order in which its job is printed.

    state: blank, printed, assigned, activated, sold, void. lot: "" while open. change_id: the last row of `stamp_change` that moved it.
    """

    __tablename__ = "serial"
    __table_args__ = (
        Index("ix_serial_position", "party_id", "job_id", "position", "state"),
        # Few stamps are void, and every list of jobs counts them: an index of those only.
        Index(
            "ix_serial_void",
            "party_id",
            "job_id",
            "state",
            "position",
            sqlite_where=text("state = 'void'"),
            postgresql_where=text("state = 'void'"),
        ),
    )

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words, primary_key=True)
    serial: Mapped[str] = mapped_column(Words, primary_key=True)
    lot: Mapped[str] = mapped_column(Words)
    job_id: Mapped[int] = mapped_column(Id)
    state: Mapped[str] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str | None] = mapped_column(Words)
    position: Mapped[int] = mapped_column(Id, server_default="0")
    change_id: Mapped[int | None] = mapped_column(Id)


class StampChange(Base):
    """One move of stamps through their life, kept for ever: which of a job, from what, to what, by whom and why.

    first, last: positions in the job that were asked for; stamps: how many moved. before: JSON list of [first, last, state, lot, change_id]
    of runs of neighbouring stamps as they were, which is the way back. undone_by: the change that took it back.
    """

    __tablename__ = "stamp_change"
    __table_args__ = (Index("ix_stamp_change_job", "party_id", "job_id", "change_id"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    change_id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(Words)
    first: Mapped[int] = mapped_column(Id)
    last: Mapped[int] = mapped_column(Id)
    stamps: Mapped[int] = mapped_column(Id)
    state: Mapped[str] = mapped_column(Words)
    lot: Mapped[str | None] = mapped_column(Words)
    cause: Mapped[str | None] = mapped_column(Words)
    note: Mapped[str | None] = mapped_column(Words)
    before: Mapped[str | None] = mapped_column(Words)
    changed_by: Mapped[int | None] = mapped_column(Id)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    undone_by: Mapped[int | None] = mapped_column(Id)


class SerialRange(Base):
    """Where the serial numbers of a product come from: drawn at random, or a counter through a keyed permutation.

    scheme: random, permuted. length: characters of 5 bits. most: how many may ever be given, or None. issued: how many were. key_sealed:
    the secret that a permutation is keyed with, sealed by `Vault.seal`, so that every machine with the installation's secrets can draw.
    """

    __tablename__ = "serial_range"
    __table_args__ = (Index("ix_serial_range_gtin", "party_id", "gtin"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    range_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words)
    scheme: Mapped[str] = mapped_column(Words)
    length: Mapped[int] = mapped_column(Id)
    most: Mapped[int | None] = mapped_column(Id)
    issued: Mapped[int] = mapped_column(Id, server_default="0")
    key_sealed: Mapped[bytes | None] = mapped_column(Bytes)
    note: Mapped[str | None] = mapped_column(Words)
    created_by: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class SsccCounter(Base):
    """The next serial reference of a company prefix and extension digit; it only grows.

    held_since: since a backup was restored that may know less than was given out; nothing is given until the operator says where to go on.
    """

    __tablename__ = "sscc_counter"

    issuer: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    prefix: Mapped[str] = mapped_column(Words, primary_key=True)
    extension: Mapped[int] = mapped_column(Id, primary_key=True)
    next_reference: Mapped[int] = mapped_column(Id)
    held_since: Mapped[datetime | None] = mapped_column(Instant)


class Restoration(Base):
    """A backup was put back at this moment; made: when it was made, as its manifest says. Counters it does not know are held as well."""

    __tablename__ = "restoration"

    restored_at: Mapped[datetime] = mapped_column(Instant, primary_key=True, autoincrement=False)
    made: Mapped[str] = mapped_column(Words)


class Sscc(Base):
    """A serial shipping container code (AI 00) given out, never twice; party_id 0: the operator, at the command line.

    batch_id: what was given out together, for units that hold the same. ship_to: lines of text on the label, where the units go.
    """

    __tablename__ = "sscc"
    __table_args__ = (Index("ix_sscc_party", "party_id", "created_at"), Index("ix_sscc_batch", "party_id", "batch_id", "sscc"))

    issuer: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sscc: Mapped[str] = mapped_column(Words, primary_key=True)
    party_id: Mapped[int] = mapped_column(Id)
    gtin: Mapped[str | None] = mapped_column(Words)
    lot: Mapped[str | None] = mapped_column(Words)
    quantity: Mapped[int | None] = mapped_column(Id)
    expiry: Mapped[str | None] = mapped_column(Words)
    batch_id: Mapped[int] = mapped_column(Id)
    ship_to: Mapped[str | None] = mapped_column(Words)
    created_by: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str | None] = mapped_column(Words)


class LabelDesign(Base):
    """How the labels of an enterprise look: layout, carrier, which texts, and its logo; texts: JSON of `drawing.design.Wishes`."""

    __tablename__ = "label_design"

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    design_id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Words)
    layout: Mapped[str] = mapped_column(Words)
    carrier: Mapped[str] = mapped_column(Words)
    texts: Mapped[str] = mapped_column(Words)
    logo: Mapped[bytes | None] = mapped_column(Bytes)
    logo_type: Mapped[str | None] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class LabelRun(Base):
    """The files of a job being drawn in the background, part by part; what was drawn stays drawn when the server stops.

    form: pdf, zpl, png, svg, csv. asked: JSON of dpi, offsets, positions. state: waiting, drawing, done, failed, stopped, cleared (the
    files were taken away). problem: JSON of the refusal. held_until: until when the process that draws may be believed alive.
    """

    __tablename__ = "label_run"
    __table_args__ = (Index("ix_label_run_job", "party_id", "job_id", "run_id"), Index("ix_label_run_state", "state", "run_id"))

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    run_id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(Id)
    form: Mapped[str] = mapped_column(Words)
    layout: Mapped[str] = mapped_column(Words)
    asked: Mapped[str] = mapped_column(Words)
    labels: Mapped[int] = mapped_column(Id)
    parts: Mapped[int] = mapped_column(Id)
    done: Mapped[int] = mapped_column(Id, server_default="0")
    state: Mapped[str] = mapped_column(Words)
    problem: Mapped[str | None] = mapped_column(Words)
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    created_by: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class LabelFile(Base):
    """One finished part of a run; kept for some days, because it can always be drawn again."""

    __tablename__ = "label_file"

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    run_id: Mapped[int] = mapped_column(Id, primary_key=True)
    part: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Words)
    media_type: Mapped[str] = mapped_column(Words)
    labels: Mapped[int] = mapped_column(Id)
    content: Mapped[bytes] = mapped_column(Bytes)
    made_at: Mapped[datetime] = mapped_column(Instant)


class StampFollower(Base):
    """How far the states of stamps have followed the log: the next position (dense, RFC 6962 leaf index) to look at."""

    __tablename__ = "stamp_follower"

    name: Mapped[str] = mapped_column(Words, primary_key=True)
    next_position: Mapped[int] = mapped_column(Id)
