"""Table of looks at an item, for clone signals. No address, no cookie, no device: an instant, and a province only when told."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Bytes, Id, Words
from app.store.tables import Base


class Scan(Base):
    """One look at an item's verdict page; `viewer` is a salted token of the day, `province` given by an explicit tap only."""

    __tablename__ = "scan"
    __table_args__ = (Index("ix_scan_item", "party_id", "gtin", "serial", "seen_at"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    scan_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words)
    serial: Mapped[str] = mapped_column(Words)
    seen_at: Mapped[int] = mapped_column(Id)
    province: Mapped[str | None] = mapped_column(Words)
    viewer: Mapped[bytes | None] = mapped_column(Bytes)
    verdict: Mapped[str] = mapped_column(Words)
    cause: Mapped[str] = mapped_column(Words)
