"""What a label does otherwise than wished for lack of room: told with every drawing, so that nothing is left out in silence."""

from __future__ import annotations

from dataclasses import replace

from app.errors import Finding
from app.label.drawing import fonts
from app.label.drawing.wanted import Wanted
from app.label.symbols.symbol import Carrier


def of(wanted: Wanted, *, on_demand: bool) -> tuple[Finding, ...]:
    """Remarks on an arrangement that was chosen; on_demand: its X is below the least of the table."""
    label, layout = wanted.label, wanted.layout
    found: list[Finding] = []
    if layout.terse:
        found += [left_out(pointer, text, layout.name) for pointer, text in _not_on_small_labels(wanted)]
    if label.text.logo and wanted.logo is None:
        found.append(Finding("label.logo-left-out", pointer="/text/logo", params={"layout": layout.name}))
    if label.text.data_titles and not wanted.titles and label.carrier not in (Carrier.SSCC, Carrier.EAN_13, Carrier.EAN_8, Carrier.ITF_14):
        found.append(Finding("label.titles-left-out", pointer="/text/data_titles", params={"layout": layout.name}))
    if on_demand:
        params = {"symbol": label.carrier.value, "x": round(wanted.x, 3), "least": wanted.specification.least}
        found.append(Finding("label.bars-on-demand", params=params))
    if wanted.turned:
        found.append(Finding("label.symbol-turned", params={"symbol": label.carrier.value, "layout": layout.name}))
    held = {ai for outline in wanted.outlines for ai in outline.ais}
    wished = [*(ai for ai, _ in replace(label, sscc="0" * 18).pairs), *(["21"] if wanted.serial else [])]
    missing = [ai for ai in wished if ai not in held] if label.carrier is Carrier.SSCC else []
    if missing:
        ais = " ".join(f"({ai})" for ai in missing)
        found.append(Finding("label.data-not-in-bars", params={"ais": ais, "layout": layout.name}))
    return tuple(found)


def left_out(pointer: str, text: str, layout: str) -> Finding:
    """A text that has no room."""
    return Finding("label.text-left-out", pointer=pointer, value=text, params={"layout": layout})


def _not_on_small_labels(wanted: Wanted) -> list[tuple[str, str]]:
    text = wanted.label.text
    said = [("/text/brand", text.brand), *((f"/text/lines/{index}", line) for index, line in enumerate(text.lines))]
    return [(pointer, fonts.composed(each)) for pointer, each in said if fonts.composed(each)]
