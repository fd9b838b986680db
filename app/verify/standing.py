"""What the owner's events say of one item, once those that were declared wrong are left out: made, at its end, of which batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Connection

from app.capture import fate
from app.capture.fate import End
from app.identify.item_key import ItemKey
from app.journey.history import History
from app.journey.walk import ITEM, Recorded, walk


@dataclass(frozen=True, slots=True)
class Standing:
    """The owner's events that count, and what they come to.

    own: all that stand, whatever they are about; made: those that bring the item itself forth; retracted: one that did so was declared
    wrong; lots: the batches that `made` gives the item; last_day: the earliest last day of use in `made`.
    """

    own: tuple[Recorded, ...] = ()
    made: tuple[Recorded, ...] = ()
    retracted: bool = False
    end: End | None = None
    lots: tuple[str, ...] = ()
    last_day: date | None = None


def standing(connection: Connection, history: History, key: ItemKey, owner: int) -> Standing:
    """What a journey comes to for the item of this key.

    Where a limit cut the journey, the item's own events are read once more without those of its batch: what ends an item comes last.
    """
    events = {item.row.id: item for item in history.events if item.row.party_id == owner}
    if history.incomplete:
        for item in walk(connection, [(key, ITEM)], owner=owner, deepest=1).events:
            if item.row.party_id == owner:
                events.setdefault(item.row.id, item)
    if not events:
        return Standing()
    declared = fate.declared_wrong(connection, owner, {item.row.event_uri for item in events.values()})
    own = tuple(item for item in events.values() if item.row.event_uri not in declared and "errorDeclaration" not in item.event)
    made = tuple(item for item in own if _made(item))
    days = [day for item in made for day in fate.last_days(item.event)]
    return Standing(
        own,
        made,
        retracted=any(_made(item) for item in events.values() if item not in own),
        end=_end(own, made),
        lots=tuple(dict.fromkeys(lot for item in made for lot in fate.lots(item.event, key, item.role))),
        last_day=min(days, default=None),
    )


def _made(item: Recorded) -> bool:
    return item.relation == ITEM and fate.brings_forth(item.event, item.role)


def _end(own: tuple[Recorded, ...], made: tuple[Recorded, ...]) -> End | None:
    """Destroyed goods stay destroyed; what was only taken out of use may be brought into use again (CBV 2.0, disposition inactive)."""
    ends = [(fate.end(item.event, item.role), item.at) for item in own if item.relation == ITEM]
    if any(end is End.DESTROYED for end, _ in ends):
        return End.DESTROYED
    last = max((at for end, at in ends if end is End.DECOMMISSIONED), default=None)
    return None if last is None or any(item.at > last for item in made) else End.DECOMMISSIONED
