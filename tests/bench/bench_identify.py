"""Identifiers read and written a second: `python -m tests.bench.bench_identify`.

One thread, CPU seconds, best of several rounds, every text different. Bar: 20,000 element strings/s parsed and validated; 25,000/s read in
one form and spelt in all. The peer is PyPI's `biip` on the same texts; it checks less (no companions, few contents). Prints, asserts
nothing.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.errors import Refusal  # noqa: E402  # after the path, as everything below
from app.identify import auto, digital_link, element_string, item_key, linters, read, scan_data, spellings  # noqa: E402

GTIN = "09521234543213"
COUNT = 2_000
PEER_COUNT = 200
ROUNDS = 9
REMEDY = "not measured: pip install biip"


def rate(work: Callable[[str], object], texts: Sequence[str], rounds: int = ROUNDS) -> float:
    """How many of the texts are worked on in a CPU second, in the best round."""
    best = 0.0
    for _ in range(rounds):
        began = time.process_time()
        for text in texts:
            work(text)
        best = max(best, len(texts) / (time.process_time() - began))
    return best


def refused(work: Callable[[str], object], text: str) -> None:
    """Work that ends in a refusal."""
    try:
        work(text)
    except Refusal:
        return
    sys.exit(f"was not refused: {text}")


def peer() -> Callable[[str], object] | None:
    """The parser of `biip`, where it is installed."""
    try:
        found: Callable[[str], object] = importlib.import_module("biip").parse
    except ModuleNotFoundError:
        return None
    return found


def show(name: str, work: Callable[[str], object], texts: Sequence[str], other: Callable[[str], object] | None = None) -> None:
    """Print one figure, and that of the peer for the same texts."""
    ours = rate(work, texts)
    line = f"{name:44s} {ours:10,.0f} /s"
    if other is not None:
        theirs = rate(other, texts[:PEER_COUNT], rounds=2)
        line += f"   biip {theirs:8,.0f} /s   {ours / theirs:.0f} x"
    print(line)


def main() -> None:
    """Print the figures."""
    raw = [f"01{GTIN}10LOT{number}\x1d1726112221S{number:06}" for number in range(COUNT)]
    brackets = [f"(01){GTIN}(10)LOT{number}(17)261122(21)S{number:06}" for number in range(COUNT)]
    caret = ["^" + text.replace("\x1d", "^") for text in raw]
    scans = [f"]d2{text}" for text in raw]
    links = [f"https://brand.example/p/01/{GTIN}/10/LOT{number}/21/S{number:06}?17=261122&linkType=gs1:pip" for number in range(COUNT)]
    short = [f"https://id.gs1.org/01/{GTIN}/21/S{number:06}" for number in range(COUNT)]
    wrong = [text.replace("S0", "\xe90") for text in raw]
    other = peer()
    if other is None:
        print(REMEDY)
    show("element string, parse", element_string.parse, raw, other)
    show("element string, parse, wrong at the end", partial(refused, element_string.parse), wrong)
    show("bracketed, parse", element_string.parse, brackets)
    show("scan data, parse", scan_data.parse, scans, other)
    show("Digital Link, parse", digital_link.parse, links, other)
    show("Digital Link of key and serial, parse", digital_link.parse, short, other)
    spelt: list[tuple[spellings.Form, list[str]]] = [("element", caret), ("bracketed", brackets), ("scan", scans), ("uri", links)]
    for form, texts in spelt:
        show(f"read and spelt in all forms, {form}", partial(spellings.read_as, form=form), texts)
        show(f"the same, {form} found out", auto.read_auto, texts)
    pairs = {text: element_string.parse(text) for text in raw}
    show("element string, build", lambda text: element_string.build(pairs[text]), raw)
    show("Digital Link, build", lambda text: digital_link.from_elements(pairs[text]), raw)
    show("scan data, build", lambda text: scan_data.build(text, "DM"), caret)
    show("whatever people type", read.identify, brackets)
    show("item key of a Digital Link", item_key.item_key, short)
    show("one linter (csum)", partial(linters.lint_component, "csum"), [GTIN] * COUNT)


if __name__ == "__main__":
    main()
