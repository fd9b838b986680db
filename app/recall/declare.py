"""Declaring a recall and taking it back. Every scan answers by it from the moment the call returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update

from app.catalogue import find as catalogue
from app.identify.gtin import gtin14
from app.party.permissions import Actor, Permission, permit
from app.recall import find, rules
from app.recall.model import RecallNotice
from app.recall.refusals import AlreadyRecalled, AlreadyWithdrawn, NoticeInvalid
from app.runtime import Runtime
from app.store.keys import new_id
from app.store.work import Tx


def check(values: Mapping[str, Any], *, by: Actor, on: Runtime) -> dict[str, str]:
    """A notice as it would be declared: gtin of 14 digits, lot ("" for the whole product), reason, advice, product name.

    Raises NoticeInvalid with findings, the refusals of `gtin14`, NoSuchProduct and NoSuchLot of the catalogue.
    """
    party_id = permit(by, Permission.RECALL_NOTICE_WRITE)
    findings = rules.check_notice(values)
    if findings:
        raise NoticeInvalid(findings=findings, count=len(findings))
    gtin, lot = gtin14(values["gtin"].strip()), (values.get("lot") or find.WHOLE_PRODUCT).strip()
    with on.store.reading() as connection:
        product = catalogue.own_product(connection, party_id, gtin)
        if lot:
            catalogue.lot(connection, party_id, gtin, lot)
    advice = (values.get("advice") or "").strip()
    return {"gtin": gtin, "lot": lot, "reason": values["reason"].strip(), "advice": advice, "product": product.name}


def declare(values: Mapping[str, Any], *, by: Actor, on: Runtime) -> int:
    """Declare a recall of a lot, or of a whole product, of one's own organisation; returns the number of the notice.

    Raises what `check` raises, and AlreadyRecalled when the same lot or product is recalled already.
    """
    party_id = permit(by, Permission.RECALL_NOTICE_WRITE)
    wanted = check(values, by=by, on=on)
    notice_id, now = new_id(), on.clock.now()

    def run(tx: Tx) -> None:
        same = (
            (RecallNotice.party_id == party_id)
            & (RecallNotice.gtin == wanted["gtin"])
            & (RecallNotice.lot == wanted["lot"])
            & RecallNotice.withdrawn_at.is_(None)
        )
        if tx.execute(select(RecallNotice.notice_id).where(same)).first() is not None:
            raise AlreadyRecalled(gtin=wanted["gtin"], lot=wanted["lot"] or "*")
        told = {name: wanted[name] for name in ("gtin", "lot", "reason", "advice")}
        tx.execute(insert(RecallNotice).values(party_id=party_id, notice_id=notice_id, declared_by=by.person_id, declared_at=now, **told))

    on.store.write(run)
    return notice_id


def withdraw(notice_id: int, reason: Any, *, by: Actor, on: Runtime) -> None:
    """Take a recall back, saying why (a text); the notice stays in the record.

    Raises NoticeInvalid for a reason that says nothing, NoSuchNotice, AlreadyWithdrawn.
    """
    party_id = permit(by, Permission.RECALL_NOTICE_WRITE)
    findings = rules.check_withdrawal(reason)
    if findings:
        raise NoticeInvalid(findings=findings, count=len(findings))
    now = on.clock.now()

    def run(tx: Tx) -> None:
        row = find.notice(tx.connection, party_id, notice_id)
        if row.withdrawn_at is not None:
            raise AlreadyWithdrawn(notice=str(notice_id))
        mine = (RecallNotice.party_id == party_id) & (RecallNotice.notice_id == notice_id)
        values = {"withdrawn_at": now, "withdrawn_by": by.person_id, "withdrawal_reason": reason.strip()}
        tx.execute(update(RecallNotice).where(mine).values(values))

    on.store.write(run)
