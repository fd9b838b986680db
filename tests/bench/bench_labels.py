"""Labels made and read back a second: `python tests/bench/bench_labels.py`.

One thread, CPU seconds: QR modules from `qrcode` alone, the same modules through a plan, read-back, and whole PDF jobs of
1,000 labels with random serials on each layout. Bar: 500 labels/s with read-back. Prints, asserts nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import qrcode  # noqa: E402  # after the path, as everything below

from app.label.drawing import sheet  # noqa: E402
from app.label.drawing.design import LAYOUTS  # noqa: E402
from app.label.stamps.serials import random_serials  # noqa: E402
from app.label.symbols import qr, read_back  # noqa: E402
from tests.label.samples import label  # noqa: E402

COUNT = 1_000


def rate(work: Callable[[], object], count: int) -> float:
    """How many of `count` pieces of work are done in a CPU second."""
    began = time.process_time()
    work()
    return count / (time.process_time() - began)


def library(link: str) -> None:
    """One symbol as `qrcode` makes it."""
    code = qrcode.QRCode(error_correction=0)
    code.add_data(link)
    code.make()


def main() -> None:
    """Print the figures."""
    print(f"{'serials':34s} {rate(lambda: random_serials(100_000), 100_000):10,.0f} /s")
    labels = [label(serial) for serial in random_serials(COUNT)]
    links = [each.digital_link for each in labels]
    symbols = [qr.qr(link) for link in links]
    alone = rate(lambda: [library(link) for link in links[:50]], 50)
    planned = rate(lambda: [qr.qr(link) for link in links], COUNT)
    print(f"{'QR, qrcode alone':34s} {alone:10,.0f} /s")
    print(f"{'QR, same modules through a plan':34s} {planned:10,.0f} /s   {planned / alone:.0f} x")
    print(f"{'read back':34s} {rate(lambda: [read_back.check_symbol(symbol) for symbol in symbols], COUNT):10,.0f} /s")
    for layout in LAYOUTS.values():
        done = rate(lambda layout=layout: sheet.make_pdf(labels, layout), COUNT)
        print(f"{'PDF with read-back, ' + layout.name:34s} {done:10,.0f} labels/s")
    for dpi in sheet.RESOLUTIONS:
        done = rate(lambda dpi=dpi: [sheet.make_png(each, dpi) for each in labels[:20]], 20)
        print(f"{f'PNG with read-back, {dpi} dpi':34s} {done:10,.0f} labels/s")


if __name__ == "__main__":
    main()
