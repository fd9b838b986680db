"""Tables of label jobs and of every serial number given out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Id, Instant, Words
from app.store.tables import Base


class LabelJob(Base):
    """One request for labels: which lot, how many, who asked."""

    __tablename__ = "label_job"

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words)
    lot: Mapped[str] = mapped_column(Words)
    count: Mapped[int] = mapped_column(Id)
    created_by: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Serial(Base):
    """A serial number (AI 21) of a product, never given out twice; `state`: printed, void (later steps add the stamp's whole life)."""

    __tablename__ = "serial"
    __table_args__ = (Index("ix_serial_job", "party_id", "job_id"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words, primary_key=True)
    serial: Mapped[str] = mapped_column(Words, primary_key=True)
    lot: Mapped[str] = mapped_column(Words)
    job_id: Mapped[int] = mapped_column(Id)
    state: Mapped[str] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str | None] = mapped_column(Words)
