"""Every cause as people and programs meet it: the page and the JSON answer, in three languages, from codes that really lead to it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.capture.model import CaptureDocument
from app.label.stamps.issue import issue
from app.label.stamps.life import move, move_listed
from app.label.stamps.sscc import give_ssccs, void_sscc
from app.ledger.model import LogTile
from app.recall.declare import declare
from app.store.columns import to_micros
from app.store.keys import new_id
from app.verify.model import Scan
from app.verify.scans import MOST_VIEWERS
from app.verify.verdict import Cause
from tests.verify.world import GTIN, LOT, SERIAL, World, commissioning

LANGUAGES = ("vi", "en", "fr")
ITEM = f"/01/{GTIN}/10/{LOT}/21/{SERIAL}"
NOT_FOUND = {Cause.UNKNOWN_PRODUCT, Cause.UNKNOWN_KEY}

UNKNOWN_KEYS = [
    "/00/195210020000000020",
    "/253/9521002000016DOC-1",
    "/253/9521002000016",
    "/255/9521002000016",
    "/255/952100200001612",
    "/401/9521002CONSIGNMENT",
    "/402/95210020000000016",
    "/414/9521002001020",
    "/414/9521002001020/254/DOCK-3",
    "/415/9521002001020/8020/BILL-1",
    "/417/9521002001020",
    "/8003/09521002000016CRATE7",
    "/8004/9521002ASSET8",
    "/8006/095210020000160102",
    "/8010/9521002PART",
    "/8010/9521002PART/8011/12",
    "/8013/9521002MODELTN",
    "/8017/952100200000000012",
    "/8018/952100200000000012/8019/3",
    "/8004/9999999NOBODYS",
]


def _recalled(world: World, lot: str | None) -> str:
    world.commission()
    declare({"gtin": GTIN, "lot": lot, "reason": "Dư lượng vượt mức", "advice": "Trả lại"}, by=world.owner.actor(), on=world.on)
    return ITEM


def _changed(world: World, statement: Any) -> str:
    world.commission()
    world.write(statement)
    return ITEM


def _void(world: World) -> str:
    move_listed(GTIN, [SERIAL], "void", cause="other", note="mất", by=world.owner.actor(), on=world.on)
    return ITEM


def _looked_at(world: World, *provinces: str | None) -> str:
    world.commission()
    for number, province in enumerate(provinces):
        values = {"party_id": world.owner.party_id, "scan_id": new_id(), "gtin": GTIN, "serial": SERIAL, "province": province}
        values |= {"seen_at": to_micros(world.on.clock.now() - timedelta(minutes=number)), "viewer": b"%d" % number}
        world.write(insert(Scan).values(values | {"verdict": "verified", "cause": "-"}))
    return ITEM


def _recorded(world: World, *, logged: bool) -> str:
    world.capture(commissioning(), logged=logged)
    return ITEM


def _then(world: World, **changes: Any) -> str:
    """Made, and then something else happened to it."""
    world.commission()
    world.commission(**({"eventTime": "2026-06-14T10:00:00+07:00"} | changes))
    return ITEM


def _declared_wrong(world: World) -> str:
    event = commissioning(eventID="urn:uuid:6a1b2c3d-0000-4000-8000-000000000009")
    world.capture(event)
    world.capture(event | {"errorDeclaration": {"declarationTime": "2026-06-13T00:00:00Z", "reason": "did_not_occur"}})
    return ITEM


def _made_of_another_batch(world: World) -> str:
    world.commission(ilmd={"cbvmda:lotNumber": "OTHER"})
    return ITEM


def _batch_recorded(world: World) -> str:
    lot = {"epcClass": f"https://id.gs1.org/01/{GTIN}/10/{LOT}", "quantity": 1100, "uom": "KGM"}
    world.capture(commissioning(epcList=None, quantityList=[lot]))
    return ITEM


def _store_down(world: World) -> str:
    world.on.store.engines.reader.dispose()
    with world.on.store.engines.writer.connect() as connection:
        connection.exec_driver_sql("DROP TABLE event_item")
        connection.exec_driver_sql("COMMIT")
    return ITEM


def _stamp(world: World, *steps: str) -> str:
    """A stamp that was blank and took these steps."""
    by, on = world.owner.actor(), world.on
    job = issue(GTIN, "", 1, by=by, on=on)
    for step in steps:
        move(job.job_id, step, 1, 1, lot=LOT, by=by, on=on)
    return f"/01/{GTIN}/21/{job.serials[0]}"


def _sscc(world: World, *, void: bool = False) -> str:
    (number,) = give_ssccs(1, by=world.owner.actor(), on=world.on)
    if void:
        void_sscc(number, "in hai lần", by=world.owner.actor(), on=world.on)
    return f"/00/{number}"


LEADS_TO: dict[Cause, Callable[[World], str]] = {
    Cause.RECALL_LOT: lambda world: _recalled(world, LOT),
    Cause.RECALL_PRODUCT: lambda world: _recalled(world, None),
    Cause.BROKEN_SIGNATURE: lambda world: _changed(world, update(CaptureDocument).values(signature=bytes(64))),
    Cause.BROKEN_LOG: lambda world: _changed(world, update(LogTile).values(hashes=bytes(64))),
    Cause.VOID_STAMP: _void,
    Cause.VOID_SSCC: lambda world: _sscc(world, void=True),
    Cause.DESTROYED: lambda world: _then(world, action="OBSERVE", bizStep="destroying", disposition="destroyed"),
    Cause.DECOMMISSIONED: lambda world: _then(world, action="DELETE", bizStep="decommissioning", disposition="inactive"),
    Cause.LOT_CONFLICT: _made_of_another_batch,
    Cause.LOT_MISMATCH: lambda _: f"/01/{GTIN}/10/OTHER/21/{SERIAL}",
    Cause.EXPIRY_MISMATCH: lambda _: f"{ITEM}?17=270101",
    Cause.CLONE_GEO: lambda world: _looked_at(world, "31", "96"),
    Cause.CLONE_COUNT: lambda world: _looked_at(world, *([None] * MOST_VIEWERS)),
    Cause.EXPIRED: lambda _: f"/01/{GTIN}?17=260101",
    Cause.STORE_DOWN: _store_down,
    Cause.LOG_PENDING: lambda world: _recorded(world, logged=False),
    Cause.UNREADABLE: lambda _: "/01/09521002000017",
    Cause.VERIFIED_ITEM: lambda world: _recorded(world, logged=True),
    Cause.BLANK_STAMP: _stamp,
    Cause.PRINTED_STAMP: lambda world: _stamp(world, "printed"),
    Cause.ASSIGNED_STAMP: lambda world: _stamp(world, "printed", "assigned"),
    Cause.ISSUED_SSCC: _sscc,
    Cause.DECLARED_WRONG: _declared_wrong,
    Cause.NOT_RECORDED: _batch_recorded,
    Cause.NO_EVENTS: lambda _: ITEM,
    Cause.BATCH_ONLY: lambda _: f"/01/{GTIN}/10/{LOT}",
    Cause.CLASS_ONLY: lambda _: "/414/9521002001013",
    Cause.UNKNOWN_SERIAL: lambda _: f"/01/{GTIN}/21/INVENTED0001",
    Cause.UNKNOWN_LOT: lambda _: f"/01/{GTIN}/10/INVENTED",
    Cause.UNKNOWN_PRODUCT: lambda _: "/01/09521003000015",
    Cause.UNKNOWN_KEY: lambda _: UNKNOWN_KEYS[0],
}

_PAGE_STATUS = {Cause.UNREADABLE: 400, Cause.STORE_DOWN: 503} | dict.fromkeys(NOT_FOUND, 404)


def test_every_cause_has_a_code_that_leads_to_it() -> None:
    assert set(LEADS_TO) == set(Cause)


@pytest.mark.parametrize("cause", Cause)
def test_page_and_answer_tell_each_cause_in_words(world: World, client: Any, cause: Cause) -> None:
    _told(client, LEADS_TO[cause](world), cause)


@pytest.mark.parametrize("target", UNKNOWN_KEYS)
def test_a_key_that_nobody_registered_is_told_in_words(world: World, client: Any, target: str) -> None:
    assert world.owner.prefix == "9521002"
    _told(client, target, Cause.UNKNOWN_KEY)


@pytest.mark.parametrize("target", ["/415/9521002001013/8020/BILL-1", "/417/9521002001013", "/414/9521002001013/254/DOCK-3"])
def test_a_place_is_told_by_its_name_whichever_key_names_it(world: World, client: Any, target: str) -> None:
    assert world.owner.prefix == "9521002"
    _told(client, target, Cause.CLASS_ONLY)
    assert "Nhà đóng gói Thanh Hà" in client.get(f"/v{target}").text


def _told(client: Any, target: str, cause: Cause) -> None:
    """The page and the answer about a code: the status, the cause, and one sentence without holes in each language."""
    sentences = set()
    for language in LANGUAGES:
        answer = client.get("/api/verify", query_string={"code": f"https://id.gs1.org{target}", "lang": language})
        page = client.get(f"/v{target}{'&' if '?' in target else '?'}lang={language}")
        assert (answer.status_code, page.status_code) == (400 if cause is Cause.UNREADABLE else 200, _PAGE_STATUS.get(cause, 200))
        said, text = answer.json["sentence"], html.unescape(page.text)
        assert (answer.json["cause"], f"<b>{cause}</b>" in text, said in text) == (str(cause), True, True)
        for told in (said, answer.json["word"], answer.json["advice"], *(reason["sentence"] for reason in answer.json["reasons"])):
            assert not re.search(r"[{}]|  |«\s*»|“”|\b(verify|journey)\.[a-z_]+|\bNone\b| [.,]", told), told
        sentences.add(said)
    assert len(sentences) == len(LANGUAGES)
