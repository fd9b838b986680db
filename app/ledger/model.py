"""Tables of the Merkle log. They stay on one node: a log has one sequencer."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Bytes, Id, Small, Words
from app.store.tables import Base


class LogQueue(Base):
    """Entries that are durable and wait for their index; written in the transaction that keeps the event."""

    __tablename__ = "log_queue"

    queue_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    subject: Mapped[int] = mapped_column(Id)
    entry: Mapped[bytes] = mapped_column(Bytes)


class LogLeaf(Base):
    """An entry of the log with its dense index (RFC 6962 leaf); subject: id of the event, or of the party of a key entry."""

    __tablename__ = "log_leaf"
    __table_args__ = (Index("ix_log_leaf_subject", "subject"),)

    position: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    subject: Mapped[int] = mapped_column(Id)
    leaf_hash: Mapped[bytes] = mapped_column(Bytes)
    entry: Mapped[bytes] = mapped_column(Bytes)


class LogTile(Base):
    """256 neighbouring hashes of one level (C2SP tlog-tiles); the rightmost tile of a level grows until it is full."""

    __tablename__ = "log_tile"

    level: Mapped[int] = mapped_column(Small, primary_key=True)
    position: Mapped[int] = mapped_column(Id, primary_key=True)
    hashes: Mapped[bytes] = mapped_column(Bytes)


class LogState(Base):
    """The one row that says which log this is (C2SP vkey: origin and public key) and how far it has been integrated."""

    __tablename__ = "log_state"

    log_id: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    vkey: Mapped[str] = mapped_column(Words)
    size: Mapped[int] = mapped_column(Id)
    root: Mapped[bytes] = mapped_column(Bytes)


class Checkpoint(Base):
    """A signed statement of size and root (C2SP tlog-checkpoint), verbatim."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(Bytes)
    note: Mapped[str] = mapped_column(Words)
    published_at: Mapped[int] = mapped_column(Id)
