"""What an item's events can say that does not fit together; pure.

Sources. EPCIS 2.0, 7.4.2: ADD commissions, DELETE decommissions an instance; 7.4.3: children are with their parent from ADD until DELETE,
and a DELETE without children takes all of them out; 7.4.6: a transformation consumes its inputs. CBV 2.0, 7.1: `commissioning` gives a
number for the first time, after `decommissioning` an object gets a new one, and after `destroying` "subsequent events are likely
indicative of error". That a use needs a beginning, and that a child does not travel apart from its parent, is QU4RTET's idea.

What is no surprise here, because honest chains look like it: goods of makers who record elsewhere (their life begins with an arrival), a
pallet read together with what is in it, two shipments without a receipt between them (not every receiver records), batches that are made
in several goes, and whose number stands in the notes of the field before. Of a batch only one thing is judged, that it was shipped, packed
or used up long before it existed; of a product without batch, nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.capture import items
from app.capture.fate import End
from app.identify.item_key import CANONICAL, ItemKey


class Level(StrEnum):
    """What an identifier stands for: one thing, a batch, or everything of a class."""

    ONE = "one"
    BATCH = "batch"
    CLASS = "class"


BEFORE = "life.before-commissioning"
NO_BEGINNING = "life.no-beginning"
TWICE = "life.commissioned-twice"
AFTER_END = "life.after-end"
CONSUMED_TWICE = "life.consumed-twice"
AFTER_CONSUMED = "life.after-consumed"
PACKED_TWICE = "life.packed-twice"
NOT_INSIDE = "life.not-inside"
ALONE = "life.moved-alone"

CODES = (BEFORE, NO_BEGINNING, TWICE, AFTER_END, CONSUMED_TWICE, AFTER_CONSUMED, PACKED_TWICE, NOT_INSIDE, ALONE)
"""Every code, in the order of a life."""

_DAY = 86_400_000_000
BATCH_TOLERANCE = _DAY
"""Microseconds: times of batches are often whole days, and the note of the harvest is written in the evening."""

SSCC_REST = 365 * _DAY
"""After a year a number of a logistic unit may be given out again (GS1 General Specifications, 2.6.1)."""

_LEAVES = frozenset(("consigning", "departing", "dispensing", "retail_selling", "shipping"))
"""Steps by which one thing leaves others behind."""

_NEEDS = _LEAVES | {"loading", "packing", "staging_outbound"}
"""Steps that only somebody can do who has the thing: it came from somewhere."""

_WRITTEN_ONLY = frozenset(("encoding", "reserving"))
"""Steps on a number that no thing carries yet (CBV 2.0, 7.1)."""

_ALONE_KINDS = frozenset(("ObjectEvent", "TransactionEvent"))
_INDIVIDUAL = frozenset(("00", "401", "402", "414", "417", "8004", "8017", "8018"))
_COUNTED = frozenset(("01", "235", "8006", "8010"))
"""Keys of goods, which are commissioned one by one; units of transport and equipment come to be by being used."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one event says, as far as it is judged. at: microseconds since 1970; parent: canonical; emptied: its parent, of everything."""

    party_id: int
    event_id: int
    at: int
    kind: str
    action: str = ""
    step: str = ""
    parent: str = ""
    emptied: bool = False
    transformation: str = ""
    destroyed: bool = False
    counted: frozenset[str] = frozenset()

    @property
    def number(self) -> tuple[int, int]:
        """Which event it is."""
        return self.party_id, self.event_id


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of an item, and the parts the item takes in it."""

    said: Said
    roles: frozenset[int]

    @property
    def makes(self) -> bool:
        """Whether the item comes into the world by it; what goes in and comes out again was there before."""
        commissions = items.EPC in self.roles and self.said.kind == "ObjectEvent" and self.said.action == "ADD"
        return commissions or (items.OUTPUT in self.roles and items.INPUT not in self.roles)

    @property
    def consumes(self) -> bool:
        """Whether the item is used up by it."""
        return items.INPUT in self.roles and items.OUTPUT not in self.roles

    @property
    def ends(self) -> End | None:
        """Whether the item is no more by it, as `fate.end` judges."""
        if not self.roles & {items.EPC, items.CHILD}:
            return None
        if self.said.step == "destroying" or self.said.destroyed:
            return End.DESTROYED
        deleted = self.said.kind == "ObjectEvent" and self.said.action == "DELETE"
        return End.DECOMMISSIONED if items.EPC in self.roles and (deleted or self.said.step == "decommissioning") else None

    @property
    def order(self) -> tuple[int, int, int]:
        """By event time, at one instant beginnings first and ends last, then by record: many note a whole morning at one minute."""
        return self.said.at, 0 if self.makes else 2 if self.ends or self.consumes else 1, self.said.event_id

    @property
    def packed(self) -> bool:
        """Whether it tells of the item inside a container. Associations are not judged: a sensor or a seal may be tied to many things."""
        return items.CHILD in self.roles and self.said.kind == "AggregationEvent" and bool(self.said.parent)


@dataclass(frozen=True, slots=True)
class Container:
    """What is known of a container: the events that name it, and when everything was taken out."""

    named: frozenset[tuple[int, int]] = frozenset()
    emptied: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """All that counts of an item: events that stand, of whomever, in any order; containers by canonical text."""

    key: ItemKey
    happenings: Sequence[Happening]
    containers: Mapping[str, Container] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Flag:
    """A surprise: at which event it shows, and the event it does not agree with."""

    party_id: int
    event_id: int
    code: str
    other: int | None = None


def level(key: ItemKey, happenings: Iterable[Happening]) -> Level:
    """What an identifier stands for; an identifier of no GS1 key is a class when somebody counts with it."""
    if not key.text.startswith(f"{CANONICAL}/"):
        return Level.CLASS if any(key.text in each.said.counted for each in happenings) else Level.ONE
    ai = key.text[len(CANONICAL) + 1 :].partition("/")[0]
    if key.instance.startswith("10:"):
        return Level.BATCH
    return Level.ONE if key.instance or ai in _INDIVIDUAL else Level.CLASS


def judge(history: History) -> list[Flag]:
    """The flags of an item, whatever the order its events are given in."""
    ordered = sorted(history.happenings, key=lambda each: each.order)
    kind = level(history.key, ordered)
    if not ordered or kind is Level.CLASS:
        return []
    if kind is Level.BATCH:
        leaving = [each for each in ordered if each.makes or each.consumes or each.said.step in _NEEDS]
        return sorted(_early(leaving, BATCH_TOLERANCE))
    life = _Life(history)
    for each in ordered:
        life.go_on(each)
    return sorted({*_early(ordered, 0), *_without_beginning(history.key, ordered), *life.flags.values()})


def _early(ordered: Sequence[Happening], tolerance: int) -> list[Flag]:
    """Uses before the item came into the world."""
    first = next((place for place, each in enumerate(ordered) if each.makes), 0)
    made = ordered[first].said if ordered else None
    return [
        _flag(each, BEFORE, made)
        for each in ordered[:first]
        if made is not None and each.said.step not in _WRITTEN_ONLY and each.said.at + tolerance <= made.at
    ]


def _without_beginning(key: ItemKey, ordered: Sequence[Happening]) -> list[Flag]:
    """The first use of goods that nobody says were made, commissioned or received."""
    owner = key.text[len(CANONICAL) + 1 :].partition("/")[0] if key.text.startswith(f"{CANONICAL}/") else ""
    if any(each.makes for each in ordered) or (owner and owner not in _COUNTED):
        return []
    begun = next((each for each in ordered if each.said.step not in _WRITTEN_ONLY), None)
    if begun is None or items.PARENT in begun.roles:
        return []
    put_in = begun.packed and begun.said.action == "ADD"
    return [_flag(begun, NO_BEGINNING, None)] if put_in or begun.consumes or begun.said.step in _NEEDS else []


def _flag(at: Happening, code: str, other: Said | None) -> Flag:
    return Flag(at.said.party_id, at.said.event_id, code, None if other is None else other.event_id)


class _Life:
    """The state of one thing between its events."""

    def __init__(self, history: History) -> None:
        self._key, self._containers = history.key, history.containers
        self.flags: dict[tuple[int, int, str], Flag] = {}
        self._made: Said | None = None
        self._consumed: Said | None = None
        self._ended: dict[End, Said] = {}
        self._inside: Said | None = None
        self._taken_out: Said | None = None
        self._told_alone = False

    def go_on(self, at: Happening) -> None:
        """Judge the next event and take it in."""
        if at.makes:
            self._make(at)
            return
        end = at.ends
        if end is not None and end not in self._ended:  # a number is often retired first and the thing destroyed later, or the other way
            self._ended[end] = at.said
            return
        if self._ended:
            self._tell(at, AFTER_END, min(self._ended.values(), key=lambda said: (said.at, said.event_id)))
            return
        if at.consumes:
            self._consume(at)
        elif self._consumed is not None and not (at.packed and at.said.action == "DELETE"):
            self._tell(at, AFTER_CONSUMED, self._consumed)
        elif at.packed:
            self._pack(at)
        elif items.EPC in at.roles and at.said.kind in _ALONE_KINDS and at.said.step in _LEAVES:
            self._leave(at)

    def _tell(self, at: Happening, code: str, other: Said | None) -> None:
        self.flags.setdefault((*at.said.number, code), _flag(at, code, other))

    def _make(self, at: Happening) -> None:
        """It comes into the world; uses before that are told by `_early`, each at itself."""
        known = self._made
        if known is not None and self._rested(at.said, known):
            self._made, self._consumed, self._inside, self._taken_out, self._ended = at.said, None, None, None, {}
        elif known is None:
            self._made = at.said
        elif not _one_making(known, at.said):
            self._tell(at, TWICE, known)

    def _rested(self, again: Said, known: Said) -> bool:
        return self._key.text.startswith(f"{CANONICAL}/00/") and again.at - known.at >= SSCC_REST

    def _consume(self, at: Happening) -> None:
        if self._consumed is not None:
            if not at.said.transformation or at.said.transformation != self._consumed.transformation:
                self._tell(at, CONSUMED_TWICE, self._consumed)
            return
        self._leave(at)
        self._consumed = at.said

    def _pack(self, at: Happening) -> None:
        inside = self._still_inside(at)
        if at.said.action == "DELETE":
            self._take_out(at, inside)
        elif inside is None:
            self._inside, self._told_alone = at.said, False
        elif at.said.action == "ADD" and inside.parent != at.said.parent:
            self._tell(at, PACKED_TWICE, inside)
            self._inside, self._told_alone = at.said, False

    def _take_out(self, at: Happening, inside: Said | None) -> None:
        if inside is not None and inside.parent != at.said.parent:
            self._tell(at, NOT_INSIDE, inside)
            return
        if inside is None and (self._taken_out is not None or self._made is not None):
            self._tell(at, NOT_INSIDE, self._taken_out or self._made)
        self._inside, self._taken_out = None, at.said

    def _leave(self, at: Happening) -> None:
        """One thing leaves, and its container is not said to leave with it."""
        inside = self._still_inside(at)
        if inside is None or self._told_alone:
            return
        container = self._containers.get(inside.parent, Container())
        if at.said.number not in container.named:
            self._tell(at, ALONE, inside)
            self._told_alone = True

    def _still_inside(self, at: Happening) -> Said | None:
        """The event that put the item where it is, unless everything was taken out since."""
        inside = self._inside
        if inside is None:
            return None
        since = [
            out
            for out in self._containers.get(inside.parent, Container()).emptied
            if (inside.at, inside.event_id) < (out.at, out.event_id) <= (at.said.at, at.said.event_id)
        ]
        if not since:
            return inside
        self._inside, self._taken_out = None, min(since, key=lambda out: (out.at, out.event_id))
        return None


def _one_making(known: Said, again: Said) -> bool:
    """Whether two events are two sides of one making: what it was made from, and its number; or two notes of one transformation."""
    if known.party_id != again.party_id:
        return False
    if known.kind != again.kind:
        return True
    return bool(known.transformation) and known.transformation == again.transformation
