"""Seeding the demo world through the product's verbs, once; what it made is remembered beside the database, with the API keys it issued."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.capture.accept import accept
from app.capture.signing_keys import make_hosted_key
from app.capture.times import micros
from app.catalogue import register as catalogue
from app.cli import demo_links
from app.cli import demo_world as world
from app.clock import SetClock
from app.errors import Conflict
from app.label.stamps import issue
from app.label.stamps.life import move_listed
from app.ledger import sequencer
from app.party import register
from app.party.model import Party
from app.party.permissions import Actor, Role
from app.recall import declare
from app.runtime import Runtime
from app.store.columns import from_micros, to_micros
from app.store.keys import new_id
from app.store.tables import table
from app.store.work import Tx
from app.verify.model import Scan

FILE = "demo.json"
_TOLD = {"api_keys", "paths", "sign_ins"}

_OPENING = datetime(2024, 1, 2, 1, 0, tzinfo=UTC)
"""When the demo's enterprises register: before the first event of any story."""

_STAFF = (
    ("orchard", Role.OWNER, "Nguyễn Thị Hương", "huong.owner"),
    ("orchard", Role.APPROVER, "Trần Văn Giang", "giang.approver"),
    ("orchard", Role.MEMBER, "Phạm Minh Thảo", "thao.member"),
)

_AUTHORITIES = (
    ("inspector", Role.INSPECTOR, "Đội Kiểm tra thị trường thành phố (hư cấu)", "province", "31"),
    ("regulator", Role.REGULATOR, "Cơ quan quản lý thành phố (hư cấu)", "province", "31"),
    ("operator", Role.OPERATOR, "Ban vận hành truyxuat (hư cấu)", "operator", None),
)

_CLONE_PROVINCES = ("31", "22", "01", "33", "38", "40", "48", "56", "79", "92", "96")
_CLONE_OPENS = 214


class DemoHalfSeeded(Conflict):
    """The demo's enterprises are here and what was told about them is not: an earlier seeding was interrupted."""

    code = "demo.half-seeded"


def _tax_code(firm: world.Firm) -> str:
    return f"09{firm.prefix}0"


class Story:
    """One run of the seeding: a runtime whose clock follows the story, and what has been made so far."""

    def __init__(self, on: Runtime) -> None:
        self.clock = SetClock(_OPENING)
        self.real = on  # the log publishes at the true time: a checkpoint says when it was signed, not when the story happened
        self.on = replace(on, clock=self.clock)
        self.actors: dict[str, Actor] = {}
        self.serials: list[tuple[str, ...]] = []
        self.told: dict[str, Any] = {"sign_ins": [], "api_keys": {}}
        # One password for the whole demo world, made anew for each installation: nobody can sign in with one from a book.
        self.password = os.environ.get("TRUYXUAT_DEMO_PASSWORD") or f"lychee-{secrets.token_hex(4)}"


def seed(on: Runtime) -> Iterator[str]:
    """Seed the demo world; yields the name of each step as it is done."""
    with on.store.reading() as connection:
        if connection.execute(select(Party.party_id).where(Party.tax_code == _tax_code(world.FIRMS[0]))).first() is not None:
            raise DemoHalfSeeded(home=str(on.settings.home))
    story = Story(on)
    for step in (_firms, _people, _catalogue, _labels, _links, _events, _frauds, _finish):
        step(story)
        yield step.__name__.strip("_")
    _remember(on, story)


def remembered(on: Runtime) -> dict[str, Any] | None:
    """What the seeding made, or None when it has not run here, or in a release that told something else."""
    path = on.settings.home / FILE
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found if found.keys() >= _TOLD else None


def _remember(on: Runtime, story: Story) -> None:
    path: Path = on.settings.home / FILE
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(story.told, file, ensure_ascii=False, indent=1)
    draft.replace(path)


def _join(story: Story, key: str, role: Role, values: dict[str, Any], person: str, mail: str) -> None:
    """Register an organisation with its first person and remember both."""
    email = f"{mail}@demo.truyxuat.example"
    account = {"person_name": person, "email": email, "password": story.password, "language": "vi"}
    registered = register.sign_up(values | account, on=story.on, role=role)
    story.actors[key] = Actor(role, registered.party_id, registered.person_id, None, person, values["name"], "vi")
    story.told["sign_ins"].append({"role": str(role), "organisation": values["name"], "email": email, "password": story.password})


def _key(story: Story, name: str, actor: Actor, role: Role) -> None:
    def run(tx: Tx) -> str:
        return register.add_api_key(tx, actor.party, f"demo {name}", role, (), actor.person_id, story.clock.now(), None)

    story.told["api_keys"][name] = story.on.store.write(run)


def _firms(story: Story) -> None:
    for firm in world.FIRMS:
        values = {
            "name": firm.name,
            "prefix": firm.prefix,
            "gln": firm.gln,
            "province": firm.province,
            "commune": firm.commune,
            "kind": firm.kind,
            "tax_code": _tax_code(firm),
            "address": f"{firm.commune} (địa chỉ hư cấu)",
        }
        person, mail = (_STAFF[0][2], _STAFF[0][3]) if firm.key == "orchard" else (f"Chủ cơ sở {firm.name}", f"{firm.key}.owner")
        _join(story, firm.key, Role.OWNER, values, person, mail)
        make_hosted_key(story.actors[firm.key].party, on=story.on)


def _people(story: Story) -> None:
    orchard = story.actors["orchard"]
    for _, role, name, mail in _STAFF[1:]:
        email = f"{mail}@demo.truyxuat.example"
        register.add_person({"person_name": name, "email": email, "password": story.password, "role": str(role)}, by=orchard, on=story.on)
        story.told["sign_ins"].append({"role": str(role), "organisation": orchard.party_name, "email": email, "password": story.password})
    for role in (Role.OWNER, Role.APPROVER, Role.MEMBER):
        _key(story, str(role), orchard, role)
    story.told["api_keys"]["manufacturer"] = story.told["api_keys"]["owner"]
    _key(story, "carrier", story.actors["carrier"], Role.CARRIER)
    _key(story, "laboratory", story.actors["laboratory"], Role.LABORATORY)
    for firm in ("packer", "sauce", "tea", "retail", "battery"):
        _key(story, firm, story.actors[firm], Role.OWNER)
    for key, role, name, kind, province in _AUTHORITIES:
        _join(story, key, role, {"name": name, "kind": kind, "province": province}, name, key)
        _key(story, key, story.actors[key], role)


def _catalogue(story: Story) -> None:
    for key, gln, name, kind, province, commune in world.PLACES:
        place: dict[str, Any] = {"gln": gln, "name": name, "kind": kind, "province": province, "commune": commune}
        catalogue.register_place(place, by=story.actors[key], on=story.on)
    for key, gtin, name, brand, net, life, standards, origin in world.PRODUCTS:
        product: dict[str, Any] = {
            "gtin": gtin,
            "name": name,
            "brand": brand,
            "net_content": net,
            "shelf_life": life,
            "standards": standards,
            "origin": origin,
        }
        catalogue.register_product(product, by=story.actors[key], on=story.on)
    for key, gtin, lot, produced, expires, gln, quantity, uom in world.LOTS:
        values: dict[str, Any] = {
            "lot": lot,
            "produced_on": produced,
            "expires_on": expires,
            "place_uri": f"{world.BASE}/414/{gln}",
            "quantity": quantity,
            "uom": uom,
        }
        catalogue.register_lot(gtin, values, by=story.actors[key], on=story.on)


def _labels(story: Story) -> None:
    produced = {(gtin, lot): day for _, gtin, lot, day, *_ in world.LOTS}
    for key, gtin, lot, count in world.LABELS:
        story.clock.set(datetime.fromisoformat(f"{produced[gtin, lot]}T05:00:00+07:00"))
        story.serials.append(issue.issue(gtin, lot, count, by=story.actors[key], on=story.on).serials)
    story.clock.set(_OPENING)  # the events begin before some of the labels were printed


def _links(story: Story) -> None:
    demo_links.register(story.actors, story.serials[0][0], story.on)


def _events(story: Story) -> None:
    lots = {world.LABELS[place][2]: list(story.serials[place]) for place in (1, 2, 4, 5)}
    told = world.chain_a(list(story.serials[0])) + world.simple_lots(lots)
    for who, event in sorted(told, key=lambda pair: micros(pair[1]["eventTime"])):
        story.clock.set(max(story.clock.now(), from_micros(micros(event["eventTime"])) + timedelta(minutes=2)))
        document = {
            "@context": world.CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": event["eventTime"],
            "epcisBody": {"eventList": [event]},
        }
        accept(json.dumps(document, ensure_ascii=False).encode(), by=story.actors[who], on=story.on)
        while sequencer.integrate(on=story.real):
            pass


def _frauds(story: Story) -> None:
    """A serial copied on many bottles, a stolen roll that was voided, a lot that was recalled."""
    sauce = story.actors["sauce"]
    cloned = story.serials[1][0]
    first = datetime(2026, 7, 2, 2, 0, tzinfo=UTC)
    _look_many(story, sauce.party, cloned, _clone_looks(first))
    story.clock.set(datetime(2026, 9, 14, 7, 0, tzinfo=UTC))
    stolen = {"cause": "stolen", "note": "cuộn tem bị mất trộm"}
    move_listed(world.FISH_SAUCE, story.serials[world.STOLEN_ROLL], "void", **stolen, by=sauce, on=story.on)
    notice = {
        "gtin": world.FISH_SAUCE,
        "lot": "NM-2026-045",
        "reason": "Histamin vượt mức cho phép trong mẫu lưu",
        "advice": "Không sử dụng. Mang trả nơi mua để được hoàn tiền.",
    }
    declare.declare(notice, by=sauce, on=story.on)


def _look_many(story: Story, party_id: int, serial: str, looks: Iterable[tuple[datetime, str]]) -> None:
    """Looks whose place was told, as `app.verify.scans` keeps them; each by another visitor."""
    rows = [
        (party_id, new_id(), world.FISH_SAUCE, serial, to_micros(at), province, secrets.token_bytes(12), "verified", "VERIFIED-ITEM")
        for at, province in looks
    ]
    columns = ("party_id", "scan_id", "gtin", "serial", "seen_at", "province", "viewer", "verdict", "cause")
    story.on.store.write(lambda tx: tx.insert(table(Scan), columns, rows))


def _clone_looks(first: datetime) -> Iterable[tuple[datetime, str]]:
    """214 looks within nine days from eleven provinces; Hải Phòng and Cà Mau fourteen minutes apart (case CLONE-GEO)."""
    yield first, "31"
    yield first + timedelta(minutes=14), "96"
    step = timedelta(days=9) / _CLONE_OPENS
    for number in range(2, _CLONE_OPENS):
        yield first + number * step, _CLONE_PROVINCES[number % len(_CLONE_PROVINCES)]


def _finish(story: Story) -> None:
    while sequencer.integrate(on=story.real):
        pass
    lychee, sauce, recalled, stolen, old = (story.serials[place][place_in] for place, place_in in ((0, 0), (1, 0), (2, 0), (3, 0), (4, 0)))
    story.told["paths"] = {
        "verified": f"/01/{world.LYCHEE_EXPORT}/10/{world.EXPORT}/21/{lychee}",
        "registered_only": f"/01/{world.BATTERY}",
        "suspicious": f"/01/{world.FISH_SAUCE}/10/NM-2026-044/21/{sauce}?17=290601",
        "recalled": f"/01/{world.FISH_SAUCE}/10/NM-2026-045/21/{recalled}?17=290701",
        "expired": f"/01/{world.TEA}/10/CS-2024-03/21/{old}?17=260402",
        "unknown": f"/01/{world.LYCHEE_EXPORT}/21/NOSUCH000000",
        "cannot_check": "/v/01/09521002000017",
        "suspicious_void_stamp": f"/01/{world.FISH_SAUCE}/10/NM-2026-044/21/{stolen}?17=290601",
    }
