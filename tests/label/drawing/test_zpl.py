"""ZPL as a printer of another make sees it: rendered by zplkit, read by zxing-cpp, measured in millimetres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date

import numpy as np
import pytest
import zplkit
from zplkit import parse

from app.label.drawing.design import LAYOUTS, Label, LabelText, make_label
from app.label.drawing.layouts import LOGISTIC_A6, ROLL_50X25, ROLL_70X40, ROLL_100X150, Layout
from app.label.drawing.png import make_png
from app.label.drawing.refusals import ResolutionTooCoarse
from app.label.drawing.zpl import make_zpl
from app.label.refusals import NothingToPrint, OffsetTooFar, ResolutionUnknown, SymbolTooWide, TextTooLong, TooManyLabels
from app.label.symbols.carrier import Carrier
from tests.label import measured
from tests.label.drawing.samples import long, quick
from tests.label.samples import LYCHEE
from tests.label.symbols.samples import CARTON, GTIN, GTIN_8, SSCC

RESOLUTIONS = (203, 300, 600)
ROLLS = tuple(layout for layout in LAYOUTS.values() if layout.on_demand)
COMMANDS = {"XA", "CI", "PW", "LL", "LH", "FO", "GF", "FS", "XZ"}
BARE = LabelText("Vải thiều")


def sample(carrier: Carrier, serial: str = "7K3M9P2XQ4RT", text: LabelText = BARE) -> Label:
    gtin = {Carrier.EAN_8: GTIN_8, Carrier.ITF_14: CARTON}.get(carrier, GTIN)
    alone = carrier in {Carrier.EAN_8, Carrier.EAN_13, Carrier.ITF_14}
    return make_label(
        text, gtin, lot="" if alone else "L2026A", serial="" if alone or carrier in {Carrier.SSCC, Carrier.GS1_128} else serial,
        expiry=None if alone else date(2026, 7, 31), carrier=carrier, sscc=SSCC if carrier is Carrier.SSCC else "",
        quantity=48 if carrier is Carrier.SSCC else None,
    )  # fmt: skip


def rendered(content: bytes, layout: Layout, dpi: int) -> list[measured.Picture]:
    """Each format by itself, as it can be cut out of the file."""
    pictures = []
    for part in content.split(b"^XZ\n")[:-1]:
        options = zplkit.Options(width=round(layout.width * dpi / 25.4), height=round(layout.height * dpi / 25.4), dpi=dpi)
        found = zplkit.render(part + b"^XZ", options)
        assert not found.warnings
        raster = found.labels[0].rasterize()
        pictures.append(np.frombuffer(raster.pixels, dtype=np.uint8).reshape(raster.height, raster.width))
    return pictures


def drawable(carrier: Carrier, layout: Layout, dpi: int) -> bool:
    """Whether the carrier fits the paper at whole dots of the head; what does not is refused by name."""
    try:
        make_png(sample(carrier), dpi, layout)
    except (SymbolTooWide, TextTooLong, ResolutionTooCoarse):
        return False
    return True


@pytest.mark.parametrize(
    ("layout", "dpi"),
    [
        *quick((ROLL_70X40, 203), (LOGISTIC_A6, 203), of=((layout, 203) for layout in ROLLS)),
        *quick((ROLL_50X25, 300), of=((layout, 300) for layout in (ROLL_50X25, ROLL_70X40, LOGISTIC_A6))),
        *quick(of=((layout, 600) for layout in (ROLL_50X25, ROLL_70X40))),
    ],
    ids=lambda value: getattr(value, "name", value),
)
@pytest.mark.parametrize("carrier", Carrier)
def test_a_printer_shows_what_was_promised_where_it_was_promised(carrier: Carrier, layout: Layout, dpi: int) -> None:
    if not drawable(carrier, layout, dpi):
        with pytest.raises((SymbolTooWide, TextTooLong, ResolutionTooCoarse)):
            make_zpl([sample(carrier)], layout, dpi)
        return
    drawn = make_zpl([sample(carrier)], layout, dpi)
    [picture] = rendered(drawn.content, layout, dpi)
    symbols = [asdict(symbol) | {"symbology_identifier": symbol.identifier} for symbol in drawn.places[0].symbols]
    assert measured.answers(picture, turned=any(symbol["turned"] for symbol in symbols)) == measured.held(symbols)
    stand = [measured.upright(picture, symbol, dpi / 25.4) for symbol in symbols]
    assert [measured.error(*each, dpi / 25.4) for each in stand] == pytest.approx([0] * len(symbols), abs=0.1)


@pytest.mark.parametrize(("layout", "dpi"), [(ROLL_100X150, 203), (LOGISTIC_A6, 300), (ROLL_100X150, 600)])
def test_a_printer_shows_a_long_gs1_128_turned(layout: Layout, dpi: int) -> None:
    drawn = make_zpl([long()], layout, dpi)
    [picture] = rendered(drawn.content, layout, dpi)
    [symbol] = [asdict(each) | {"symbology_identifier": each.identifier} for each in drawn.places[0].symbols]
    assert symbol["turned"]
    assert measured.answers(picture, turned=True) == measured.held([symbol])
    assert measured.error(*measured.upright(picture, symbol, dpi / 25.4), dpi / 25.4) == pytest.approx(0, abs=0.1)
    assert "label.symbol-turned" in [remark.code for remark in drawn.remarks]


@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_every_carrier_fits_some_roll_at_every_resolution(dpi: int) -> None:
    nowhere = [carrier for carrier in Carrier if not any(drawable(carrier, layout, dpi) for layout in ROLLS)]
    assert nowhere == []


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("text", [BARE, LYCHEE], ids=["bare", "whole"])
def test_the_printer_makes_the_dots_of_the_picture_and_no_others(dpi: int, text: LabelText) -> None:
    labels = [sample(Carrier.QR_DL, serial, text) for serial in ("7K3M9P2XQ4RT", "1111111111AA")]
    printed = rendered(make_zpl(labels, ROLL_70X40, dpi).content, ROLL_70X40, dpi)
    for label, picture in zip(labels, printed, strict=True):
        expected = _dots(make_png(label, dpi, ROLL_70X40).content)
        assert (picture == expected).all()


def _dots(content: bytes) -> measured.Picture:
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(content)) as opened:
        return np.asarray(opened.convert("L"))


@pytest.mark.parametrize(
    ("layout", "dpi", "size"), [(ROLL_50X25, 203, (400, 200)), (ROLL_70X40, 300, (827, 472)), (ROLL_100X150, 600, (2362, 3543))]
)
def test_a_label_says_its_size_in_dots(layout: Layout, dpi: int, size: tuple[int, int]) -> None:
    content = make_zpl([sample(Carrier.QR_DL)], layout, dpi).content
    assert content.startswith(f"^XA^CI28^PW{size[0]}^LL{size[1]}^LH0,0\n".encode())


def test_every_label_is_complete_in_itself_and_made_of_graphics_only() -> None:
    labels = [sample(Carrier.QR_DL, f"7K3M9P2XQ4R{number}", LYCHEE) for number in range(3)]
    content = make_zpl(labels, ROLL_70X40, 203).content
    found = [element for element in parse.parse(content).elements if element.kind != "before_first_command"]
    names = [bytes(element)[1:3].decode() for element in found]
    assert set(names) == COMMANDS
    assert (names.count("XA"), names.count("XZ")) == (3, 3)
    assert b"~" not in content


@pytest.mark.parametrize("text", ["^XZ~JA^XA", "^FDx^FS", "~HS^XA^DFE:X.ZPL"])
def test_no_text_of_a_label_becomes_a_command(text: str) -> None:
    label = sample(Carrier.QR_DL, text=LabelText(text, text, text, text, (text,)))
    content = make_zpl([label], ROLL_70X40, 203).content
    assert {bytes(element)[1:3].decode() for element in parse.parse(content).elements if element.kind != "before_first_command"} == COMMANDS
    assert text.encode() not in content


def test_the_same_labels_give_the_same_bytes() -> None:
    labels = [sample(Carrier.GS1_DATAMATRIX, text=LYCHEE)]
    assert make_zpl(labels, ROLL_70X40, 300).content == make_zpl(labels, ROLL_70X40, 300).content


@pytest.mark.parametrize(("dx", "dy"), [(2.0, 1.0), (-0.5, -0.5), (1.5, -0.5)])
def test_calibration_moves_the_label_and_what_is_told_of_it(dx: float, dy: float) -> None:
    drawn = make_zpl([sample(Carrier.QR_DL)], ROLL_70X40, 203, dx_mm=dx, dy_mm=dy)
    wider = replace(ROLL_70X40, width=70 + max(0, dx), height=40 + max(0, dy))
    [picture] = rendered(drawn.content, wider, 203)
    [place] = drawn.places
    assert (place.x, place.y) == pytest.approx((dx, dy), abs=0.07)
    symbols = [asdict(symbol) for symbol in place.symbols]
    assert [measured.error(picture, symbol, 203 / 25.4) for symbol in symbols] == pytest.approx([0] * len(symbols), abs=0.1)


@pytest.mark.parametrize(("dx", "dy"), [(-9.0, 0.0), (0.0, -9.0), (10.1, 0.0), (0.0, float("nan"))])
def test_ink_that_calibration_would_push_off_the_paper_is_refused(dx: float, dy: float) -> None:
    with pytest.raises(OffsetTooFar):
        make_zpl([sample(Carrier.QR_DL)], ROLL_70X40, 203, dx_mm=dx, dy_mm=dy)


def test_a_resolution_that_no_head_has_is_refused() -> None:
    with pytest.raises(ResolutionUnknown):
        make_zpl([sample(Carrier.QR_DL)], ROLL_70X40, 150)


def test_no_labels_and_too_many_are_refused() -> None:
    with pytest.raises(NothingToPrint):
        make_zpl([], ROLL_70X40, 203)
    with pytest.raises(TooManyLabels):
        make_zpl([sample(Carrier.QR_DL)] * 20_001, ROLL_70X40, 203)


def test_progress_is_told_after_each_label() -> None:
    told: list[tuple[int, int]] = []
    heard: Callable[[int, int], None] = lambda done, of: told.append((done, of))  # noqa: E731  # one line says it
    make_zpl([sample(Carrier.SSCC)] * 2, LOGISTIC_A6, 203, progress=heard)
    assert told == [(1, 2), (2, 2)]
