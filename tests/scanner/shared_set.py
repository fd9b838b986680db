"""Scores of the shared photographs: what was read and misread per symbology, compared as the set's README says."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import scanner
from scanner import Reading
from scanner.reading import EAN_8, EAN_13, ITF_14, UPC_E
from tests import SHARED

FOLDER = SHARED / "scanner-images" if SHARED is not None and (SHARED / "scanner-images" / "truth.json").is_file() else None

AUDITED = {
    "images/databar-013.png": {"0198898765432106320201234515991231"},
    "images/databar-017.png": {"0198898765432106320201234515991231"},
}
"""Contents really in a picture that truth.json does not name: drawn as DataBar Expanded Stacked, this text has the bars seen in both."""


@dataclass
class Score:
    """Counts by symbology of truth.json ("negative" where there is no symbol); misread: (symbology, file, text, decoder, truth)."""

    targets: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    misread: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


def records() -> list[dict[str, Any]]:
    """The records of truth.json."""
    if FOLDER is None:
        return []
    found: list[dict[str, Any]] = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
    return found


def score_shared_set(*, engine: str, short: bool = False, seconds: float = 1.0, every: int = 1) -> Score:
    """Read the pictures of the set, or each `every`th, with one engine."""
    score = Score()
    for record in records()[::every]:
        if FOLDER is None:
            break
        began = time.process_time()
        readings = scanner.read(FOLDER / record["file"], engine=engine, short=short, seconds=seconds)
        score.cpu_ms.append((time.process_time() - began) * 1000)
        symbology = record["symbology"] or "negative"
        truth = legitimate(record)
        score.targets[symbology] += symbology != "negative"
        score.read[symbology] += any(comparable(reading) in truth for reading in readings)
        wrong = [reading for reading in readings if comparable(reading) not in truth]
        score.misread += [(symbology, record["file"], reading.text, reading.decoder, str(record["text"])) for reading in wrong]
    return score


def comparable(reading: Reading) -> str:
    """The text without separators; retail codes as 14 digits; a DataBar's GTIN without its AI."""
    text = _plain(reading.text)
    if reading.symbology in {EAN_13, EAN_8, UPC_E, ITF_14}:
        return text.zfill(14)
    return text


def legitimate(record: dict[str, Any]) -> set[str]:
    """Every content that may be read from a picture."""
    texts = [*(record.get("also_legitimate") or ()), *AUDITED.get(record["file"], ())]
    if record["text"] is not None:
        texts.append(record["text"])
    plain = {_plain(text) for text in texts}
    plain |= {text.replace("(", "").replace(")", "") for text in plain}
    plain |= {text.zfill(14) for text in plain if text.isdigit()}
    plain |= {"01" + text.zfill(14) for text in plain if text.isdigit() and len(text) <= 14}
    if record.get("gtin14"):
        plain.add(record["gtin14"])
    return plain


def _plain(text: str) -> str:
    return text.replace("\x1d", "").replace("\r\n", "\n").strip()
