"""A small world for verdicts: an enterprise with a product, a batch, printed serials and a recorded journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from app.capture.accept import Receipt, accept
from app.catalogue.model import Lot, Place, Product
from app.identify.read import identify
from app.label.model import LabelJob, Serial
from app.ledger import sequencer
from app.party.permissions import Role
from app.runtime import Runtime
from app.store.folding import fold
from app.store.keys import new_id
from app.store.work import Tx
from app.verify.answer import Verdict
from app.verify.check import check
from tests.builders import Enterprise, document, gtin, make_enterprise, object_event, raw

GTIN = gtin("952100200001")
LOT = "2606121"
SERIAL = "K7M2Q9XW4TPA"
EXPIRES = "2026-07-12"
PLACE = "https://id.gs1.org/414/9521002001013"


@dataclass
class World:
    """An installation with one enterprise that sells lychees."""

    on: Runtime
    owner: Enterprise

    def link(self, serial: str | None = SERIAL, lot: str | None = LOT, gtin: str = GTIN, **attributes: str) -> str:
        """A Digital Link as printed; `ai17="260712"` adds an expiry."""
        path = f"https://id.gs1.org/01/{gtin}" + (f"/10/{lot}" if lot else "") + (f"/21/{serial}" if serial else "")
        query = "&".join(f"{name.removeprefix('ai')}={value}" for name, value in attributes.items())
        return path + (f"?{query}" if query else "")

    def check(self, text: str | None = None) -> Verdict:
        """The verdict on a code; on the printed item unless given."""
        return check(identify(text or self.link()), on=self.on)

    def capture(self, *events: dict[str, Any], by: Enterprise | None = None, logged: bool = True) -> Receipt:
        """Record events of an enterprise and, unless told otherwise, publish the log."""
        receipt = accept(raw(document(*events)), by=(by or self.owner).actor(Role.OWNER), on=self.on)
        while logged and sequencer.integrate(on=self.on):
            pass
        return receipt

    def commission(self, *serials: str, **changes: Any) -> Receipt:
        """Record that items came into the world."""
        epcs = [f"https://id.gs1.org/01/{GTIN}/21/{serial}" for serial in serials or (SERIAL,)]
        return self.capture(commissioning(epcList=epcs, **changes))

    def write(self, statement: Any) -> None:
        """Change the database behind the product's back."""
        self.on.store.write(lambda tx: tx.execute(statement))


def commissioning(**changes: Any) -> dict[str, Any]:
    """An event that brings an item into the world."""
    values: dict[str, Any] = {
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": [f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"],
        "eventTime": "2026-06-12T10:00:00+07:00",
        "readPoint": {"id": PLACE},
    }
    return object_event(**(values | changes))


def make_world(on: Runtime, *serials: str, lots: tuple[str, ...] = (LOT,)) -> World:
    """An enterprise with one product, batches that expire on 12 July 2026, and printed serials of the first batch."""
    owner = make_enterprise(on, "Sông Thái Bình", "9521002")
    now = on.clock.now()
    at = int(now.timestamp() * 1_000_000)

    def run(tx: Tx) -> None:
        tx.execute(
            insert(Product).values(
                gtin=GTIN,
                party_id=owner.party_id,
                name="Vải thiều Thanh Hà 1 kg",
                name_key=fold("Vải thiều Thanh Hà 1 kg"),
                brand="Hương Giang",
                net_content="1 kg",
                standards="TCVN 11429:2016",
                status="active",
                created_at=now,
            )
        )
        for lot in lots:
            tx.execute(
                insert(Lot).values(
                    party_id=owner.party_id, gtin=GTIN, lot=lot, produced_on="2026-06-12", expires_on=EXPIRES, created_at=now
                )
            )
        tx.execute(
            insert(Place).values(
                party_id=owner.party_id,
                place_id=new_id(),
                uri=PLACE,
                gln="9521002001013",
                name="Nhà đóng gói Thanh Hà",
                name_key="nha dong goi",
                kind="plant",
                province="31",
                commune="Thanh Hà",
                created_at=now,
            )
        )
        printed = serials or (SERIAL,)
        job = {"party_id": owner.party_id, "job_id": 1, "gtin": GTIN, "lot": lots[0], "count": len(printed), "drawn": len(printed)}
        tx.execute(insert(LabelJob).values(job | {"created_at": now}))
        columns = ("party_id", "gtin", "serial", "lot", "job_id", "state", "created_at", "position")
        rows = [(owner.party_id, GTIN, serial, lots[0], 1, "printed", at, place) for place, serial in enumerate(printed, 1)]
        tx.insert(Serial.__table__, columns, rows)  # type: ignore[arg-type]  # __table__ is a Table

    on.store.write(run)
    return World(on, owner)
