"""Tables of what follows from the events of an item: flags on events.

Distribution (when sharded): by `party_id` of the organisation whose event carries the flag.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Id, Words
from app.store.tables import Base


class EventFlag(Base):
    """A surprise in the life of an item, on the event that it shows at; derived from the events, and made anew when they tell otherwise.

    code: as in `app.journey.flags.rules`; item: the identifier as the event names it; other_event: the event it does not agree with.
    """

    __tablename__ = "event_flag"
    __table_args__ = (
        Index("ix_event_flag_item", "issuer", "class_key", "instance"),
        Index("ix_event_flag_code", "party_id", "code", "event_id"),
    )

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Words, primary_key=True)
    issuer: Mapped[int] = mapped_column(Id, primary_key=True)
    class_key: Mapped[int] = mapped_column(Id, primary_key=True)
    instance: Mapped[str] = mapped_column(Words, primary_key=True)
    item: Mapped[str] = mapped_column(Words)
    other_event: Mapped[int | None] = mapped_column(Id)
    found_at: Mapped[int] = mapped_column(Id)


class FlagFollower(Base):
    """How far the flags have followed the log: the next position (dense, RFC 6962 leaf index) to look at."""

    __tablename__ = "flag_follower"

    name: Mapped[str] = mapped_column(Words, primary_key=True)
    next_position: Mapped[int] = mapped_column(Id)
