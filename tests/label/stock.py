"""A registered product with a batch, ready for labels; registered as people do it."""

from __future__ import annotations

from typing import Any

from app.catalogue import register
from app.runtime import Runtime
from tests.builders import Enterprise, gtin

GTIN = gtin("952100100001")
LOT = "TH260612A"


def make_stock(on: Runtime, enterprise: Enterprise, name: str = "Vải thiều Thanh Hà, nguyên liệu", **lot: Any) -> str:
    """The GTIN of a fresh product of the enterprise with the batch LOT."""
    code = gtin(f"{enterprise.prefix}00001")
    register.register_product({"gtin": code, "name": name, "brand": "Hương Giang", "net_content": "40 kg"}, by=enterprise.actor(), on=on)
    values = {"lot": LOT, "produced_on": "2026-06-12", "expires_on": "2026-06-30"} | lot
    register.register_lot(code, values, by=enterprise.actor(), on=on)
    return code
