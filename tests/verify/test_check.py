"""Each of the seven verdicts, its causes, and which wins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from app.capture import pack
from app.capture.model import CaptureDocument, Event
from app.clock import SetClock
from app.identify.read import identify
from app.label.stamps.life import move_listed
from app.ledger.model import Checkpoint, LogLeaf, LogTile
from app.party.model import Party, SigningKey
from app.recall.declare import declare, withdraw
from app.runtime import Runtime
from app.verify.check import check
from app.verify.prove import Result
from app.verify.verdict import Cause, Judgement, Level
from tests.builders import make_enterprise, object_event
from tests.verify.world import GTIN, LOT, SERIAL, World, commissioning, make_world

REASON = "Dư lượng vượt mức cho phép trong mẫu lưu"


def _said(world: World, text: str | None = None) -> tuple[Judgement, Cause]:
    verdict = world.check(text)
    return verdict.verdict, verdict.cause


def test_a_commissioned_item_is_verified(world: World) -> None:
    world.commission()
    verdict = world.check(world.link(ai17="260712"))
    assert (verdict.verdict, verdict.cause, verdict.level) == (Judgement.VERIFIED, Cause.VERIFIED_ITEM, Level.ITEM)
    assert {each.name: each.result for each in verdict.checks} == {
        "signature": Result.PASSED,
        "log": Result.PASSED,
        "status": Result.PASSED,
        "recall": Result.PASSED,
        "expiry": Result.PASSED,
        "scans": Result.PASSED,
    }


def test_every_spelling_of_an_item_gets_the_same_verdict(world: World) -> None:
    world.commission()
    spellings = (
        f"(01){GTIN}(10){LOT}(21){SERIAL}",
        f"https://brand.example/p/01/{GTIN}/10/{LOT}/21/{SERIAL}?utm=x",
        f"01{GTIN}10{LOT}\x1d21{SERIAL}",
        f"urn:epc:id:sgtin:9521002.000001.{SERIAL}",
    )
    assert {_said(world, text) for text in spellings} == {(Judgement.VERIFIED, Cause.VERIFIED_ITEM)}


def test_an_item_without_serial_row_is_known_by_its_owners_commissioning(world: World) -> None:
    world.commission("FROM-ANOTHER-SYSTEM")
    assert _said(world, world.link("FROM-ANOTHER-SYSTEM")) == (Judgement.VERIFIED, Cause.VERIFIED_ITEM)


def test_somebody_elses_commissioning_makes_no_item_known(world: World) -> None:
    stranger = make_enterprise(world.on, "Kẻ mạo danh", "9521999")
    world.capture(commissioning(epcList=[f"https://id.gs1.org/01/{GTIN}/21/INVENTED"]), by=stranger)
    verdict = world.check(world.link("INVENTED"))
    assert (verdict.verdict, verdict.cause) == (Judgement.UNKNOWN, Cause.UNKNOWN_SERIAL)
    assert verdict.history.steps == ()


def test_a_printed_serial_without_events_is_registered_only(world: World) -> None:
    assert _said(world) == (Judgement.REGISTERED_ONLY, Cause.NO_EVENTS)


def test_a_strangers_event_does_not_verify_a_printed_serial(world: World) -> None:
    stranger = make_enterprise(world.on, "Người lạ", "9521999")
    world.capture(object_event(epcList=[f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"]), by=stranger)
    assert _said(world) == (Judgement.REGISTERED_ONLY, Cause.NO_EVENTS)


def test_events_of_the_batch_do_not_make_its_spare_labels_green(world: World) -> None:
    lot = {"epcClass": f"https://id.gs1.org/01/{GTIN}/10/{LOT}", "quantity": 1100, "uom": "KGM"}
    world.capture(commissioning(epcList=None, quantityList=[lot]))
    assert _said(world) == (Judgement.REGISTERED_ONLY, Cause.NOT_RECORDED)


def test_an_invented_serial_of_a_real_product_is_unknown_and_borrows_no_journey(world: World) -> None:
    lot = {"epcClass": f"https://id.gs1.org/01/{GTIN}/10/{LOT}", "quantity": 1100, "uom": "KGM"}
    world.capture(commissioning(epcList=None, quantityList=[lot]))
    verdict = world.check(world.link("AAAAAAAAAAAA"))
    assert (verdict.verdict, verdict.cause) == (Judgement.UNKNOWN, Cause.UNKNOWN_SERIAL)
    assert (list(verdict.history.events), verdict.lot) == ([], None)
    assert verdict.product is not None


def test_a_product_nobody_registered_is_unknown(world: World) -> None:
    assert _said(world, "https://id.gs1.org/01/09521003000015/21/X") == (Judgement.UNKNOWN, Cause.UNKNOWN_PRODUCT)


@pytest.mark.parametrize(
    ("serial", "lot", "said"),
    [
        (None, None, (Judgement.REGISTERED_ONLY, Cause.CLASS_ONLY, Level.CLASS)),
        (None, LOT, (Judgement.REGISTERED_ONLY, Cause.BATCH_ONLY, Level.BATCH)),
        (None, "NO-SUCH-LOT", (Judgement.UNKNOWN, Cause.UNKNOWN_LOT, Level.BATCH)),
    ],
)
def test_a_code_without_serial_is_never_a_verified_item(
    world: World, serial: str | None, lot: str | None, said: tuple[Judgement, Cause, Level]
) -> None:
    world.commission()
    verdict = world.check(world.link(serial, lot))
    assert (verdict.verdict, verdict.cause, verdict.level) == said


# ------------------------------------------------------------------------------------------------ contrary facts


def test_a_recalled_lot_is_recalled_until_it_is_withdrawn(world: World) -> None:
    world.commission()
    by = world.owner.actor()
    notice = declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=by, on=world.on)
    verdict = world.check()
    assert (verdict.verdict, verdict.cause) == (Judgement.RECALLED, Cause.RECALL_LOT)
    assert verdict.recall is not None
    assert verdict.recall.reason == REASON
    withdraw(notice, "Kết quả kiểm nghiệm lại đạt yêu cầu", by=by, on=world.on)
    assert _said(world) == (Judgement.VERIFIED, Cause.VERIFIED_ITEM)


def test_a_recall_of_the_product_reaches_every_lot_and_every_serial(world: World) -> None:
    declare({"gtin": GTIN, "reason": REASON}, by=world.owner.actor(), on=world.on)
    codes = (world.link(), world.link(None, None), world.link(None, "OTHER"), world.link("INVENTED"))
    assert {_said(world, code) for code in codes} == {(Judgement.RECALLED, Cause.RECALL_PRODUCT)}


def test_a_recall_of_another_lot_does_not_touch_this_one(on: Runtime) -> None:
    world = make_world(on, lots=(LOT, "OTHER"))
    world.commission()
    declare({"gtin": GTIN, "lot": "OTHER", "reason": REASON}, by=world.owner.actor(), on=world.on)
    assert _said(world) == (Judgement.VERIFIED, Cause.VERIFIED_ITEM)


def test_an_invented_serial_with_a_recalled_lot_on_its_label_is_recalled(world: World) -> None:
    declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=world.owner.actor(), on=world.on)
    assert _said(world, world.link("INVENTED")) == (Judgement.RECALLED, Cause.RECALL_LOT)


def test_a_recalled_lot_is_found_when_the_label_names_another(on: Runtime) -> None:
    world = make_world(on, lots=(LOT, "OTHER"))
    declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=world.owner.actor(), on=world.on)
    verdict = world.check(world.link(lot="OTHER"))
    assert [reason.cause for reason in verdict.reasons][:2] == [Cause.RECALL_LOT, Cause.LOT_MISMATCH]


def test_a_void_stamp_is_suspicious(world: World) -> None:
    world.commission()
    move_listed(GTIN, [SERIAL], "void", cause="other", note="cuộn tem bị mất", by=world.owner.actor(), on=world.on)
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.VOID_STAMP)


def test_another_batch_on_the_label_than_registered_is_suspicious(world: World) -> None:
    world.commission()
    assert _said(world, world.link(lot="2606122")) == (Judgement.SUSPICIOUS, Cause.LOT_MISMATCH)


def test_the_batch_that_the_commissioning_event_named_counts_too(world: World) -> None:
    world.commission("ELSEWHERE", ilmd={"cbvmda:lotNumber": "L-7"})
    assert _said(world, world.link("ELSEWHERE", lot="L-8")) == (Judgement.SUSPICIOUS, Cause.LOT_MISMATCH)


def test_another_expiry_on_the_label_than_registered_is_suspicious(world: World) -> None:
    world.commission()
    assert _said(world, world.link(ai17="270712")) == (Judgement.SUSPICIOUS, Cause.EXPIRY_MISMATCH)


def test_an_item_expires_when_its_last_day_ends_in_vietnam(world: World, clock: SetClock) -> None:
    world.commission()
    clock.set(datetime(2026, 7, 12, 16, 59, 59, tzinfo=UTC))
    assert _said(world) == (Judgement.VERIFIED, Cause.VERIFIED_ITEM)
    clock.set(datetime(2026, 7, 12, 17, 0, 0, tzinfo=UTC))
    assert _said(world) == (Judgement.EXPIRED, Cause.EXPIRED)


def test_the_expiry_on_the_label_counts_when_no_batch_is_registered(world: World) -> None:
    assert _said(world, world.link(None, None, ai17="260619")) == (Judgement.EXPIRED, Cause.EXPIRED)


# ------------------------------------------------------------------------------------------------ a record that was changed


def test_an_event_whose_bytes_were_changed_is_suspicious_and_nothing_else_is_shown_as_passed(world: World) -> None:
    world.commission()
    row = world.check().history.events[0].row
    changed = pack.pack_envelope(pack.unpack_envelope(bytes(row.envelope)).replace(b"commissioning", b"commissionING"))
    world.write(update(Event).values(envelope=changed))
    verdict = world.check()
    assert (verdict.verdict, verdict.cause) == (Judgement.SUSPICIOUS, Cause.BROKEN_SIGNATURE)
    assert [each.name for each in verdict.checks if each.result is Result.PASSED] == []


def test_a_document_signed_by_nobody_is_suspicious(world: World) -> None:
    world.commission()
    world.write(update(CaptureDocument).values(signature=bytes(64)))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.BROKEN_SIGNATURE)


def test_an_exchanged_signing_key_is_suspicious(world: World) -> None:
    world.commission()
    stranger = make_enterprise(world.on, "Kẻ mạo danh", "9521999")
    world.capture(object_event(), by=stranger)
    with world.on.store.reading() as connection:
        spki = connection.execute(SigningKey.__table__.select().where(SigningKey.party_id == stranger.party_id)).one().spki
    world.write(update(SigningKey).where(SigningKey.party_id == world.owner.party_id).values(spki=spki))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.BROKEN_SIGNATURE)


def test_a_deleted_document_is_suspicious(world: World) -> None:
    world.commission()
    world.write(delete(CaptureDocument))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.BROKEN_SIGNATURE)


def test_a_changed_log_entry_is_suspicious(world: World) -> None:
    world.commission()
    number = world.check().history.events[0].row.id
    with world.on.store.reading() as connection:
        entry = bytes(connection.execute(LogLeaf.__table__.select().where(LogLeaf.subject == number)).one().entry)
    world.write(update(LogLeaf).where(LogLeaf.subject == number).values(entry=entry.replace(b'"v":1', b'"v":2')))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.BROKEN_LOG)


def test_changed_tiles_are_suspicious(world: World) -> None:
    world.commission()
    world.write(update(LogTile).values(hashes=bytes(64)))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.BROKEN_LOG)


def test_a_checkpoint_the_log_did_not_sign_is_suspicious(world: World) -> None:
    world.commission()
    with world.on.store.reading() as connection:
        text = connection.execute(Checkpoint.__table__.select()).one().note
    world.write(update(Checkpoint).values(note=text.replace("\n2\n", "\n3\n", 1)))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.BROKEN_LOG)


def test_a_signing_key_that_the_log_never_announced_is_suspicious(world: World) -> None:
    world.commission()
    world.write(update(LogLeaf).where(LogLeaf.subject == world.owner.party_id).values(subject=1))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.BROKEN_LOG)


# ------------------------------------------------------------------------------------------------ what cannot be checked


def test_an_event_that_waits_for_its_first_checkpoint_cannot_be_checked_yet(world: World) -> None:
    world.capture(commissioning(), logged=False)
    assert _said(world) == (Judgement.CANNOT_CHECK, Cause.LOG_PENDING)


def test_a_fresh_event_beside_proven_ones_does_not_take_the_verdict_away(world: World, clock: SetClock) -> None:
    world.commission()
    world.capture(object_event(epcList=[f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"]), logged=False)
    assert _said(world) == (Judgement.VERIFIED, Cause.VERIFIED_ITEM)
    clock.advance(timedelta(minutes=3))
    assert _said(world) == (Judgement.CANNOT_CHECK, Cause.LOG_PENDING)


def test_a_database_that_does_not_answer_is_told_and_never_green(world: World) -> None:
    world.commission()
    world.write(SigningKey.__table__.delete())
    world.on.store.engines.reader.dispose()
    with world.on.store.engines.writer.connect() as connection:
        connection.exec_driver_sql("DROP TABLE event_item")
        connection.exec_driver_sql("COMMIT")
    assert _said(world) == (Judgement.CANNOT_CHECK, Cause.STORE_DOWN)


# ------------------------------------------------------------------------------------------------ who sees what, other keys


def test_an_enterprise_that_publishes_nothing_has_its_steps_counted_and_not_shown(world: World) -> None:
    world.commission()
    world.write(update(Party).values(publishes=False))
    verdict = world.check()
    assert (verdict.verdict, len(verdict.history.steps), verdict.history.hidden) == (Judgement.VERIFIED, 0, 1)


def test_a_pallet_is_verified_by_events_of_the_holder_of_its_prefix(world: World) -> None:
    pallet = "https://id.gs1.org/00/195210020000000013"
    world.capture(object_event(epcList=[pallet], action="ADD", bizStep="commissioning"))
    assert _said(world, pallet) == (Judgement.VERIFIED, Cause.VERIFIED_ITEM)
    assert _said(world, "(00)195210020000000020") == (Judgement.UNKNOWN, Cause.UNKNOWN_KEY)


def test_a_registered_place_is_registered_only(world: World) -> None:
    assert _said(world, "(414)9521002001013") == (Judgement.REGISTERED_ONLY, Cause.CLASS_ONLY)
    assert _said(world, "(414)9521002001020") == (Judgement.UNKNOWN, Cause.UNKNOWN_KEY)


def test_the_moment_asked_about_decides_expiry(world: World) -> None:
    world.commission()
    at = datetime(2027, 1, 1, tzinfo=UTC)
    assert check(identify(world.link()), on=world.on, at=at).cause is Cause.EXPIRED
