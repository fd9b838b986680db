"""Links of the demo world: products, a lot, a serial number, a place and a pallet, in three languages, under `.example` (RFC 2606).

Products whose scan links the demo prints have no default link of their own: they lead to the verification page.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.cli import demo_world as world
from app.party.permissions import Actor
from app.resolve import declare, hosts
from app.resolve.links import DEFAULT, DEFAULT_MULTI, VOC, Link, Registration
from app.resolve.plan import Item
from app.resolve.targets import host_of
from app.runtime import Runtime

SITES = {
    "orchard": "https://huonggiang.example", "packer": "https://songthaibinh.example", "sauce": "https://vanvanco.example",
    "tea": "https://shanbinhlu.example", "battery": "https://pinanduong.example",
}  # fmt: skip
"""Owner and the site its links lead to."""

UNPROVEN = "tea"
"""Whose host nobody has proven: people who scan its code are asked before they leave."""

_HTML, _PDF, _JSON = "text/html", "application/pdf", "application/json"
_ABOUT = {"vi": "Thông tin sản phẩm", "en": "About this product", "fr": "À propos du produit"}
_TRACE = {"vi": "Truy xuất nguồn gốc", "en": "Where it comes from", "fr": "Origine et traçabilité"}


def _in_three(kind: str, titles: dict[str, str], address: str) -> Iterator[Link]:
    """A link of one type in each language."""
    return (Link(VOC + kind, f"{address}/{tongue}", title, _HTML, (tongue,)) for tongue, title in titles.items())


def _product(owner: str, gtin: str, name: str) -> Registration:
    """A product that leads to our page, with its own pages, certificate and recall status beside."""
    site = f"{SITES[owner]}/p/{gtin}"
    links = (
        *_in_three("pip", _ABOUT, f"{site}/thong-tin"),
        *_in_three("traceability", _TRACE, f"{site}/nguon-goc"),
        Link(VOC + "certificationInfo", f"{site}/chung-nhan.pdf", "Giấy chứng nhận (ví dụ)", _PDF, ("vi",)),
        Link(VOC + "recallStatus", f"{site}/thu-hoi.json", "Tình trạng thu hồi", _JSON),
    )
    return Registration((("01", gtin),), name, None, links)


def _led(registration: Registration, owner: str, title: str) -> Registration:
    """A product whose code leads to its owner's site, by the language of the phone."""
    site = f"{SITES[owner]}/p/{registration.path[0][1]}/thong-tin"
    variants = tuple(Link(DEFAULT_MULTI, f"{site}/{tongue}", words, _HTML, (tongue,)) for tongue, words in _ABOUT.items())
    return Registration(registration.path, registration.description, Link(DEFAULT, f"{site}/vi", title), (*variants, *registration.links))


def registrations(serial: str) -> Iterator[tuple[str, Registration]]:
    """Owner and link set, every one; serial: one that is printed on a label of the lychees for export."""
    for owner, gtin, name, *_ in world.PRODUCTS:
        found = _product(owner, gtin, name)
        leads = gtin in {world.LYCHEE_BULK, world.LYCHEE_GRADE_B, world.TEA}
        yield owner, _led(found, owner, name) if leads else found
    lot = f"{SITES['orchard']}/lo/{world.HARVEST}"
    state = Link(VOC + "recallStatus", f"{lot}/thu-hoi", "Tình trạng lô", _JSON)
    yield "orchard", Registration(
        (("01", world.LYCHEE_BULK), ("10", world.HARVEST)), "Vải thiều Thanh Hà, lô thu hoạch 12/06/2026",
        Link(DEFAULT, lot, "Lô thu hoạch"), (Link(VOC + "traceability", lot, "Lô thu hoạch", _HTML, ("vi",)), state),
    )  # fmt: skip
    passport = f"{SITES['packer']}/ho-chieu/{serial}"
    yield "packer", Registration(
        (("01", world.LYCHEE_EXPORT), ("21", serial)), f"Vải thiều xuất khẩu, hộp {serial}", None,
        (Link(VOC + "dpp", passport, "Hộ chiếu số", "application/ld+json"),),
    )  # fmt: skip
    place = f"{SITES['packer']}/nha-dong-goi"
    yield "packer", Registration(
        (("414", "9521002001013"),), "Nhà đóng gói Sông Thái Bình", Link(DEFAULT, place, "Nhà đóng gói"),
        tuple(_in_three("locationInfo", {"vi": "Nhà đóng gói", "en": "Packing house", "fr": "Station de conditionnement"}, place)),
    )  # fmt: skip
    pallet = f"{SITES['packer']}/kien/{world.PALLET}"
    yield "packer", Registration(
        (("00", world.PALLET),), "Kiện vải thiều xuất khẩu", Link(DEFAULT, pallet, "Kiện hàng"),
        (Link(VOC + "logisticsInfo", f"{pallet}.json", "Dữ liệu vận chuyển", _JSON),),
    )  # fmt: skip


def register(actors: dict[str, Actor], serial: str, on: Runtime) -> None:
    """Register all of it as its owners, and vouch for their hosts as the operator of the demo; one stays unproven."""
    items: dict[str, list[Item]] = {}
    for owner, registration in registrations(serial):
        items.setdefault(owner, []).append(Item(registration))
    for owner, some in items.items():
        declare.declare_many(some, by=actors[owner], on=on)
        if owner != UNPROVEN:
            hosts.vouch(host_of(SITES[owner]), actors[owner].party, on=on)
