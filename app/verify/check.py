"""The verb of verification: a code in, one of seven verdicts out, with everything it rests on.

Read only, one database connection, a dozen indexed questions. It answers also when it cannot check: that is a verdict, never a green one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import bindparam, exc, select
from sqlalchemy.engine import Connection

from app.capture.fate import End
from app.catalogue.model import Lot, Product
from app.errors import Refusal, Unavailable
from app.identify.item_key import ItemKey, item_key, key_of_path
from app.identify.read import Identified
from app.journey.history import History, history
from app.journey.walk import ITEM, LOT
from app.label.model import Serial, StampChange
from app.label.stamps import find as stamps
from app.party.model import Party
from app.recall import find as recalls
from app.resolve.find import PLACES, registered
from app.runtime import Runtime
from app.verify import scans
from app.verify.answer import Check, LotFacts, ProducerFacts, ProductFacts, RecallFacts, Verdict
from app.verify.dates import day_of_code
from app.verify.prove import Proofs, Result, prove
from app.verify.scans import ScanFacts
from app.verify.standing import Standing, standing
from app.verify.verdict import Cause, Judgement, Level, Reason, weightiest

_log = logging.getLogger(__name__)

VIETNAM = timezone(timedelta(hours=7))
"""Days end where the goods are sold: a pack is not expired in Hà Nội because it is tomorrow in UTC."""

LATE = timedelta(minutes=2)
"""An event that has waited longer for its checkpoint makes the answer "cannot check": the log stands still."""

_PRODUCT = (
    select(
        Product.gtin,
        Product.party_id,
        Product.name,
        Product.brand,
        Product.model,
        Product.description,
        Product.net_content,
        Product.shelf_life,
        Product.standards,
        Product.origin,
        Product.warnings,
        Product.image_type,
        Party.name.label("producer"),
        Party.kind,
        Party.gln,
        Party.address,
        Party.commune,
        Party.province,
        Party.website,
        Party.publishes,
    )
    .join(Party, Party.party_id == Product.party_id)
    .where(Product.gtin == bindparam("gtin"))
)
_SERIAL = (
    select(Serial.lot, Serial.state, Serial.void_reason, StampChange.cause)
    .outerjoin(StampChange, (StampChange.party_id == Serial.party_id) & (StampChange.change_id == Serial.change_id))
    .where(Serial.party_id == bindparam("party_id"), Serial.gtin == bindparam("gtin"), Serial.serial == bindparam("serial"))
)
_LOT = select(Lot.lot, Lot.produced_on, Lot.expires_on).where(
    Lot.party_id == bindparam("party_id"), Lot.gtin == bindparam("gtin"), Lot.lot == bindparam("lot")
)


@dataclass(slots=True)
class _Case:
    """What is gathered about one code on the way to its verdict.

    batch: the item's, "" for none; lots: every batch that the register or the owner's events give it, with its row or None.
    """

    identified: Identified
    at: datetime
    level: Level
    reasons: list[Reason] = field(default_factory=list)
    product: Any | None = None
    serial: Any | None = None
    lot: Any | None = None
    batch: str = ""
    lots: dict[str, Any] = field(default_factory=dict)
    printed_lot: str | None = None
    printed_expiry: date | None = None
    expiry: date | None = None
    notice: Any | None = None
    known: bool = False
    history: History = field(default_factory=History)
    standing: Standing = field(default_factory=Standing)
    proofs: Proofs = field(default_factory=Proofs)
    scans: ScanFacts | None = None

    def because(self, cause: Cause, **params: Any) -> None:
        """Add a reason."""
        self.reasons.append(Reason(cause, params))

    @property
    def owner(self) -> int:
        """Whose product it is; 0 for nobody's."""
        return 0 if self.product is None else int(self.product.party_id)


def check(identified: Identified, *, on: Runtime, at: datetime | None = None) -> Verdict:
    """The verdict on a code that was understood. Never raises for what it finds; a database that does not answer is "cannot check".

    at: the moment asked about, for expiry and scans; now unless given.
    """
    case = _Case(identified, at or on.clock.now(), _level(identified))
    try:
        with on.store.reading() as connection:
            if identified.path[0][0] == "01":
                _trade_item(case, connection, on)
            else:
                _other_key(case, connection, on)
    except (Unavailable, exc.SQLAlchemyError) as error:
        _log.warning("a code could not be checked: %s", error)
        return Verdict([Reason(Cause.STORE_DOWN)], identified, case.level, case.at)
    return _verdict(case)


def cannot_read(refusal: Refusal, *, on: Runtime) -> Verdict:
    """The verdict on a code that could not be understood."""
    return Verdict([Reason(Cause.UNREADABLE)], None, Level.CLASS, on.clock.now(), unreadable=refusal)


def _level(identified: Identified) -> Level:
    named = {ai for ai, _ in identified.path}
    if identified.path[0][0] not in {"01", "8006"}:
        return Level.CLASS if identified.path[0][0] in {"414", "415", "417", "8013"} else Level.ITEM
    return Level.ITEM if named & {"21", "235"} else Level.BATCH if "10" in named else Level.CLASS


# ------------------------------------------------------------------------------------------------ trade items


def _trade_item(case: _Case, connection: Connection, on: Runtime) -> None:
    values = dict((*case.identified.attributes, *case.identified.path))
    gtin, serial = values["01"], values.get("21")
    case.printed_lot = values.get("10")
    case.printed_expiry = day_of_code(values["17"], case.at.astimezone(VIETNAM).date()) if "17" in values else None
    case.product = connection.execute(_PRODUCT, {"gtin": gtin}).first()
    if case.product is None:
        case.because(Cause.UNKNOWN_PRODUCT, gtin=gtin)
        return
    if serial is not None:
        case.serial = connection.execute(_SERIAL, {"party_id": case.owner, "gtin": gtin, "serial": serial}).first()
    _journey(case, connection, gtin, on)
    _batches(case, connection, gtin)
    _known(case, serial)
    _agreement(case)
    _expiry(case)
    case.notice = recalls.in_force(connection, case.owner, gtin, *case.lots, case.printed_lot)
    if case.notice is not None:
        case.because(Cause.RECALL_LOT if case.notice.lot else Cause.RECALL_PRODUCT, lot=case.notice.lot)
    if serial is not None:
        case.scans = scans.facts(connection, case.owner, gtin, serial, at=case.at)
        if case.scans.signal is not None:
            case.reasons.append(case.scans.signal)


def _journey(case: _Case, connection: Connection, gtin: str, on: Runtime) -> None:
    """The events of the item and its batch, checked; a class has no journey of its own.

    Where the register leaves the batch open, the owner's event that brought the item forth names it, and the batch's journey is the item's.
    """
    case.batch = (case.printed_lot if case.serial is None else case.serial.lot) or ""
    _walked(case, connection, gtin)
    told = case.standing.lots
    if told and case.batch not in told and not (case.serial is not None and case.serial.lot):
        case.batch = told[0]
        _walked(case, connection, gtin)
    case.proofs = prove(connection, case.history, on=on)


def _walked(case: _Case, connection: Connection, gtin: str) -> None:
    start = list(_followed(case, gtin, case.batch))
    if start:
        case.history = history(connection, start, owner=case.owner)
        case.standing = standing(connection, case.history, item_key(case.identified.canonical), case.owner)


def _batches(case: _Case, connection: Connection, gtin: str) -> None:
    """The registered rows of every batch that somebody who knows gives the item: a recall or the last day of any of them counts."""
    for lot in dict.fromkeys((case.batch, *case.standing.lots)):
        if lot:
            case.lots[lot] = connection.execute(_LOT, {"party_id": case.owner, "gtin": gtin, "lot": lot}).first()
    case.lot = case.lots.get(case.batch)


def _followed(case: _Case, gtin: str, lot: str) -> Iterator[tuple[ItemKey, str]]:
    if case.level is Level.ITEM:
        yield item_key(case.identified.canonical), ITEM
    batch = key_of_path((("01", gtin), ("10", lot))) if lot else None
    if batch is not None:
        yield batch, LOT


def _known(case: _Case, serial: str | None) -> None:
    """The reason that holds when nothing contrary is found: what is registered, and what is proven of it."""
    stands = case.standing
    if case.level is Level.CLASS:
        case.because(Cause.CLASS_ONLY)
    elif case.level is Level.BATCH:
        case.known = case.lot is not None or any(item.relation == LOT for item in stands.own)
        case.because(Cause.BATCH_ONLY if case.known else Cause.UNKNOWN_LOT, lot=case.batch)
    else:
        case.known = case.serial is not None or bool(stands.made) or stands.retracted or stands.end is not None
        if not case.known:
            case.because(Cause.UNKNOWN_SERIAL, serial=serial or dict(case.identified.path).get("235"))
        elif case.serial is not None and case.serial.state == "void":
            case.because(Cause.VOID_STAMP, reason=case.serial.void_reason or "", why=case.serial.cause or "other")
        _evidence(case, bool(stands.made))
    if case.level is not Level.CLASS and not case.known:
        case.history, case.proofs = History(), Proofs()  # an invented number must not borrow the journey of real goods
    else:
        _broken(case)


_ENDS = {End.DESTROYED: Cause.DESTROYED, End.DECOMMISSIONED: Cause.DECOMMISSIONED}


def _evidence(case: _Case, recorded: bool) -> None:  # noqa: FBT001  # whether the events say enough: see the callers
    """For a known item: verified when the owner's signed, logged events say so; registered only without any; else not yet checkable.

    Of a trade item only the events count that bring it forth: what is known of its batch, or was seen of its number, makes no goods.
    """
    if not case.known:
        return
    if case.standing.end is not None:
        case.because(_ENDS[case.standing.end])
    deciding = case.standing.made if case.product is not None else case.standing.own
    proven = any((proof := case.proofs.events.get(item.row.id)) is not None and proof.proven for item in deciding)
    if not recorded:
        case.because(_unrecorded(case), lot=None if case.serial is None else case.serial.lot)
    elif proven:
        case.because(Cause.VERIFIED_ITEM, events=case.proofs.count("logged", Result.PASSED))
    waiting = [item for item in case.history.events if case.proofs.events[item.row.id].logged is Result.NOT_DONE]
    late = any(case.at - datetime.fromisoformat(item.sealed["captureTime"]) > LATE for item in waiting)
    if late or (recorded and not proven):
        case.because(Cause.LOG_PENDING, events=len(waiting))


def _unrecorded(case: _Case) -> Cause:
    """Why an item is not on record as goods: its stamp waits, its record was declared wrong, or nobody has said that it was made."""
    state, lot = ("", "") if case.serial is None else (case.serial.state, case.serial.lot)
    if state in {"blank", "assigned"}:
        return Cause.BLANK_STAMP if state == "blank" else Cause.ASSIGNED_STAMP
    if state == "printed" and not lot:
        return Cause.PRINTED_STAMP
    if case.standing.retracted or (case.product is None and not case.standing.own):
        return Cause.DECLARED_WRONG
    return Cause.NOT_RECORDED if case.standing.own else Cause.NO_EVENTS


def _broken(case: _Case) -> None:
    """What does not agree weighs more than anything that does, whoever's event it is: somebody changed the record."""
    broken = [proof for proof in case.proofs.events.values() if proof.broken]
    if any(not proof.of_the_log for proof in broken):
        case.because(Cause.BROKEN_SIGNATURE, events=len(broken))
    elif broken:
        case.because(Cause.BROKEN_LOG, events=len(broken))


def _agreement(case: _Case) -> None:
    """What the label says besides the serial must be what was registered for it: a copied serial with another batch is a forgery."""
    registered = "" if case.serial is None else case.serial.lot
    known = list(dict.fromkeys(lot for lot in (registered, *case.standing.lots) if lot))
    if known and case.printed_lot and case.printed_lot not in known:
        case.because(Cause.LOT_MISMATCH, printed=case.printed_lot, registered=known[0])
    if len(known) > 1:
        case.because(Cause.LOT_CONFLICT, registered=known[0], recorded=known[1])
    due = None if case.lot is None or not case.lot.expires_on else date.fromisoformat(case.lot.expires_on)
    if due is not None and case.printed_expiry is not None and due != case.printed_expiry:
        case.because(Cause.EXPIRY_MISMATCH, printed=case.printed_expiry.isoformat(), registered=due.isoformat())


def _expiry(case: _Case) -> None:
    """The earliest last day that counts: on the label, of any batch the item is said to be of, in the event that brought it forth."""
    rows = [] if _invented(case) else [row for row in case.lots.values() if row is not None and row.expires_on]
    days = [case.printed_expiry, case.standing.last_day, *(date.fromisoformat(row.expires_on) for row in rows)]
    case.expiry = min((day for day in days if day is not None), default=None)
    if case.expiry is not None and case.at.astimezone(VIETNAM).date() > case.expiry:
        case.because(Cause.EXPIRED, day=case.expiry.isoformat())


def _invented(case: _Case) -> bool:
    """Whether nobody knows the item: it must not borrow the dates of real goods."""
    return case.level is Level.ITEM and not case.known


# ------------------------------------------------------------------------------------------------ every other key


def _other_key(case: _Case, connection: Connection, on: Runtime) -> None:
    """Logistic units, places, assets: known when a place is registered, or when the holder of the prefix recorded something about it."""
    (ai, value), *_ = case.identified.path
    found = registered(connection, case.identified.path)
    if found is None:
        case.because(Cause.UNKNOWN_KEY, key=value)
        return
    if ai in PLACES:
        case.because(Cause.CLASS_ONLY, name=found.name)
        return
    key, holder = item_key(case.identified.canonical), found.party_id
    case.history = history(connection, [(key, ITEM)], owner=holder)
    case.standing = standing(connection, case.history, key, holder)
    case.proofs = prove(connection, case.history, on=on)
    own = [item for item in case.history.events if item.row.party_id == holder]
    given = stamps.sscc(connection, value) if ai == "00" else None
    case.known = bool(own) or given is not None
    if given is not None and given.voided_at is not None:
        case.because(Cause.VOID_SSCC, key=value)
    if not own:
        case.because(Cause.UNKNOWN_KEY if given is None else Cause.ISSUED_SSCC, key=value)
        case.history, case.proofs = History(), Proofs()  # where the index named an event, the sealed one does not
        return
    _evidence(case, bool(case.standing.own))
    _broken(case)


# ------------------------------------------------------------------------------------------------ the answer


def _verdict(case: _Case) -> Verdict:
    reasons = weightiest(case.reasons)
    broken = reasons[0].verdict is Judgement.SUSPICIOUS and any(reason.cause in _BROKEN for reason in reasons)
    return Verdict(
        reasons=reasons,
        identified=case.identified,
        level=case.level,
        at=case.at,
        product=_product_facts(case.product),
        producer=_producer_facts(case.product),
        lot=_lot_facts(case),
        expiry=case.expiry,
        recall=_recall_facts(case.notice),
        checks=[_withheld(each) if broken else each for each in _checks(case)],
        history=case.history,
        proofs=case.proofs,
        scans=case.scans,
        owner=case.owner or None,
    )


_BROKEN = {Cause.BROKEN_SIGNATURE, Cause.BROKEN_LOG}


def _withheld(each: Check) -> Check:
    """With a broken signature no other check is shown as passed: it would lend trust to a record that lost it."""
    return Check(each.name, Result.NOT_DONE) if each.result is Result.PASSED else each


def _checks(case: _Case) -> Iterator[Check]:
    total = len(case.proofs.events)
    for name, which in (("signature", "signed"), ("log", "logged")):
        passed = case.proofs.count(which, Result.PASSED)
        failed = case.proofs.count(which, Result.FAILED)
        result = Result.FAILED if failed else Result.PASSED if total and passed == total else Result.NOT_DONE
        yield Check(name, result, passed, total)
    told = {reason.cause for reason in case.reasons}
    yield _status(case, told)
    yield Check("recall", Result.NOT_DONE if case.product is None else Result.FAILED if case.notice is not None else Result.PASSED)
    yield Check("expiry", Result.NOT_DONE if case.expiry is None else Result.FAILED if Cause.EXPIRED in told else Result.PASSED)
    if case.scans is not None:
        yield Check("scans", Result.FAILED if case.scans.signal else Result.PASSED, case.scans.viewers, case.scans.total)


_DIFFERS = {Cause.LOT_MISMATCH, Cause.LOT_CONFLICT, Cause.EXPIRY_MISMATCH}


def _status(case: _Case, told: set[Cause]) -> Check:
    """How the label stands. Only what is on goods, by the log or by the register with its event, is in use; else its state is told."""
    if Cause.VOID_STAMP in told:
        return Check("status", Result.FAILED, state="void")
    if case.standing.end is not None:
        return Check("status", Result.FAILED, state=str(case.standing.end))
    if told & _DIFFERS:
        return Check("status", Result.FAILED)
    if case.serial is None:
        return Check("status", Result.NOT_DONE)
    state = str(case.serial.state)
    if case.standing.made:  # the register follows the log within seconds
        return Check("status", Result.PASSED, state="sold" if state == "sold" else "activated")
    return Check("status", Result.NOT_DONE, state=state if state in {"blank", "printed", "assigned"} else "")


def _lot_facts(case: _Case) -> LotFacts | None:
    """The registered batch; an invented number must not borrow its dates."""
    if case.lot is None or _invented(case):
        return None
    return LotFacts(case.lot.lot, case.lot.produced_on, case.lot.expires_on)


def _product_facts(row: Any | None) -> ProductFacts | None:
    if row is None:
        return None
    return ProductFacts(
        row.gtin,
        row.name,
        row.brand,
        row.model,
        row.description,
        row.net_content,
        row.shelf_life,
        row.standards,
        row.origin,
        row.warnings,
        bool(row.image_type) and row.publishes,
    )


def _producer_facts(row: Any | None) -> ProducerFacts | None:
    if row is None:
        return None
    address = None if row.kind == "household" else row.address
    province = scans.province_names().get(row.province or "", row.province)
    return ProducerFacts(row.producer, row.gln, address, row.commune, province, row.website)


def _recall_facts(row: Any | None) -> RecallFacts | None:
    return None if row is None else RecallFacts(str(row.notice_id), row.lot or None, row.reason, row.advice, row.declared_at)
