"""Labels made and read back a second: `python tests/bench/bench_labels.py`.

One thread, CPU seconds. Symbols alone beside their peers (`qrcode`, the QR of reportlab, `python-barcode`), then whole labels with
read-back: PDF of every carrier on every layout it fits, PNG of every carrier on a small and a large roll at each resolution, SVG. Bar: 500
labels/s with read-back for PDF, and for PNG of a QR at 203 and 300 dots an inch. Prints, asserts nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import qrcode  # noqa: E402  # after the path, as everything below
from barcode.codex import Gs1_128  # noqa: E402
from reportlab.graphics import renderPDF  # noqa: E402
from reportlab.graphics.barcode.qr import QrCodeWidget  # noqa: E402
from reportlab.graphics.shapes import Drawing  # noqa: E402

from app.errors import Invalid  # noqa: E402
from app.identify import check_digit  # noqa: E402
from app.label.drawing import sheet  # noqa: E402
from app.label.drawing.compose import compose, dot_of  # noqa: E402
from app.label.drawing.design import Label, make_label  # noqa: E402
from app.label.drawing.layouts import LAYOUTS, LOGISTIC_A6, ROLL_50X25, ROLL_70X40, ROLL_100X150, Layout  # noqa: E402
from app.label.stamps.serials import random_serials  # noqa: E402
from app.label.symbols import qr, read_back  # noqa: E402
from app.label.symbols.symbol import Carrier, Symbol  # noqa: E402
from tests.label.samples import DAY, LYCHEE  # noqa: E402

COUNT, FEW, PEER = 300, 100, 30


def rate(work: Callable[[], object], count: int) -> float:
    """How many of `count` pieces of work are done in a CPU second."""
    began = time.process_time()
    work()
    return count / (time.process_time() - began)


def library(link: str) -> object:
    """One symbol as `qrcode` makes it."""
    code = qrcode.QRCode(error_correction=0)
    code.add_data(link)
    code.make()
    return code


def check(made: list[Symbol]) -> None:
    """Read symbols back."""
    for symbol in made:
        read_back.check_symbol(symbol)


def widget(link: str) -> bytes:
    """One PDF page with one symbol as reportlab makes it, without text and without being read again."""
    paper = Drawing(200, 113)
    paper.add(QrCodeWidget(link, barLevel="M"))
    return bytes(renderPDF.drawToString(paper))


def batch(carrier: Carrier, count: int) -> list[Label]:
    """Labels that differ in their serial number, or in their SSCC, where the carrier holds one."""
    gtin = {Carrier.EAN_8: "95212340", Carrier.ITF_14: "19521234543210"}.get(carrier, "9521234543213")
    serials = random_serials(count) if carrier not in (Carrier.SSCC, Carrier.GS1_128) else [""] * count
    units = [f"0952123400{number:07}" for number in range(count)]
    return [
        make_label(
            LYCHEE, gtin, lot="L2026A", expiry=DAY, carrier=carrier, serial=serial,
            sscc=unit + check_digit.digit(unit) if carrier is Carrier.SSCC else "", quantity=48 if carrier is Carrier.SSCC else None,
        )
        for serial, unit in zip(serials, units, strict=True)
    ]  # fmt: skip


def fits(label: Label, layout: Layout, dpi: int | None = None) -> bool:
    """Whether a label can be printed there."""
    try:
        compose(label, layout, dot_of(dpi) if dpi else None)
    except Invalid:
        return False
    return True


def symbols() -> None:
    """Symbols alone, and those of the peers in the same run."""
    print(f"{'serials':44s} {rate(lambda: random_serials(100_000), 100_000):10,.0f} /s")
    links = [label.digital_link for label in batch(Carrier.QR_DL, COUNT)]
    made = [qr.qr(link) for link in links]
    alone = rate(lambda: [library(link) for link in links[:PEER]], PEER)
    page = rate(lambda: [widget(link) for link in links[:PEER]], PEER)
    bars = rate(lambda: [Gs1_128(f"01095212345432131021{number}").build() for number in range(COUNT)], COUNT)
    planned = rate(lambda: [qr.qr(link) for link in links], COUNT)
    print(f"{'peer: QR modules of qrcode':44s} {alone:10,.0f} /s")
    print(f"{'peer: QR page of reportlab, not read back':44s} {page:10,.0f} /s")
    print(f"{'peer: bars of python-barcode, not read back':44s} {bars:10,.0f} /s")
    print(f"{'QR modules through a plan':44s} {planned:10,.0f} /s   {planned / alone:.0f} x qrcode")
    print(f"{'QR read back':44s} {rate(lambda: check(made), COUNT):10,.0f} /s")


def pdf(carrier: Carrier, layout: Layout) -> float:
    """PDF labels a second, the plate not yet composed."""
    labels = batch(carrier, COUNT)
    return rate(lambda: sheet.make_pdf(labels, layout), COUNT)


def png(carrier: Carrier, layout: Layout, dpi: int) -> float:
    """PNG labels a second of a batch that is under way."""
    labels = batch(carrier, FEW + 1)
    sheet.make_png(labels[0], dpi, layout)
    return rate(lambda: [sheet.make_png(label, dpi, layout) for label in labels[1:]], FEW)


def svg(layout: Layout) -> float:
    """SVG labels a second of a batch that is under way."""
    labels = batch(Carrier.QR_DL, COUNT + 1)
    sheet.make_svg(labels[0], layout)
    return rate(lambda: [sheet.make_svg(label, layout) for label in labels[1:]], COUNT)


def main() -> None:
    """Print the figures."""
    symbols()
    print(f"\nPDF labels/s with read-back\n{'':16s}" + "".join(f"{name:>14s}" for name in LAYOUTS))
    for carrier in Carrier:
        [label] = batch(carrier, 1)
        done = [f"{pdf(carrier, layout):14,.0f}" if fits(label, layout) else f"{'-':>14s}" for layout in LAYOUTS.values()]
        print(f"{carrier:16s}" + "".join(done))
    rolls = (ROLL_50X25, ROLL_70X40, ROLL_100X150, LOGISTIC_A6)
    heads = [(layout, dpi) for layout in rolls for dpi in sheet.RESOLUTIONS]
    print(
        f"\nPNG labels/s with read-back\n{'':16s}"
        + "".join(f"{layout.name.removeprefix('roll-')[:9]:>10s}{dpi:4d}" for layout, dpi in heads)
    )
    for carrier in Carrier:
        [label] = batch(carrier, 1)
        done = [f"{png(carrier, layout, dpi):14,.0f}" if fits(label, layout, dpi) else f"{'-':>14s}" for layout, dpi in heads]
        print(f"{carrier:16s}" + "".join(done))
    print("\nSVG labels/s with read-back, qr-dl: " + ", ".join(f"{layout.name} {svg(layout):,.0f}" for layout in rolls))


if __name__ == "__main__":
    main()
