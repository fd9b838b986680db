"""A design's preview says in words what a print head has no room for."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from app.label.designs.goods import Goods
from app.label.designs.preview import draw
from app.label.designs.rules import draft
from app.label.symbols.carrier import Carrier
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import make_enterprise, signed_in
from tests.label.designs.test_doors import FORM, LIST
from tests.label.stock import GTIN, make_stock

GOODS = Goods(GTIN, "L1", date(2026, 6, 30), "Vải thiều", "", "HTX", "", "https://id.gs1.org")


def test_an_ean_13_that_a_coarse_print_head_has_no_room_for_is_told() -> None:
    shown = draw(draft({"name": "x", "layout": "a4-3x8", "carrier": "qr-dl"}), GOODS)
    on_paper, *heads = shown.measured
    assert Carrier.EAN_13 in {symbol.carrier for symbol in on_paper.symbols}
    without = [one for one in heads if one.symbols and Carrier.EAN_13 not in {symbol.carrier for symbol in one.symbols}]
    assert without
    for one in without:
        told = [(each.code, each.params["symbol"], each.params["dpi"]) for each in one.remarks]
        assert ("label.symbol-left-out", "ean-13", one.dpi) in told
    for one in heads:
        if one not in without:
            assert "label.symbol-left-out" not in {each.code for each in one.remarks}


def test_the_page_of_a_design_says_it_beside_the_sizes(client: Any, on: Runtime) -> None:
    firm = make_enterprise(on)
    make_stock(on, firm, name="Vải")
    member = signed_in(client, on, firm, Role.MEMBER)
    place = member.post(LIST, data=FORM | {"layout": "a4-3x8"}).headers["Location"].partition("?")[0]
    page = member.get(f"{place}?lang=en").text
    assert re.search(r"At 203 dpi the label has no room for the symbol ean-13", page)
