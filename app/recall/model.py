"""Table of recall notices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Id, Instant, Words
from app.store.tables import Base


class RecallNotice(Base):
    """A recall of one lot, or of a whole product when `lot` is empty; in force until withdrawn."""

    __tablename__ = "recall_notice"
    __table_args__ = (Index("ix_recall_notice_gtin", "party_id", "gtin", "lot"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    notice_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words)
    lot: Mapped[str] = mapped_column(Words)
    reason: Mapped[str] = mapped_column(Words)
    advice: Mapped[str] = mapped_column(Words)
    declared_by: Mapped[int | None] = mapped_column(Id)
    declared_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(Id)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawal_reason: Mapped[str | None] = mapped_column(Words)
