"""Decode time of each decoder and of the cascade: `python tests/bench/bench_scanner.py`.

CPU milliseconds of one thread for a 1080p frame of a label (QR Digital Link and EAN-13) on a patterned ground: clean, noisy as in a
dark room, and empty; then the shared photographs where they are, with reads and misreads. Prints, asserts nothing.
"""

from __future__ import annotations

import statistics
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # after the path, as everything below

import scanner  # noqa: E402
from scanner import live, opencv, prepare, zbar, zxing  # noqa: E402
from tests import SHARED  # noqa: E402
from tests.scanner.pictures import frame_of_a_label, noisy  # noqa: E402
from tests.scanner.shared_set import Score, score_shared_set  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.frames import Array

ROUNDS = 15


def cpu_ms(work: Callable[[Array], object], image: Array, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median and greatest CPU milliseconds of some work on one frame; the first round, which loads libraries, is not counted."""
    work(image)
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work(image)
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times), max(times)


def frames_table() -> None:
    """Print the milliseconds and texts found for each decoder and kind of frame."""
    label = frame_of_a_label()
    kinds = {"clean": label, "noisy": noisy(label, 12.0), "empty": noisy(np.full_like(label, 128), 3.0)}
    decoders: dict[str, Callable[[Array], list[scanner.Reading]]] = {
        "zxing": zxing.decode,
        "zxing, not thorough": lambda image: zxing.decode(image, thorough=False),
        "smoothed, zxing": lambda image: zxing.decode(prepare.smoothed(image).image),
        "zbar": zbar.decode,
        "opencv linear": opencv.decode_linear,
        "opencv qr": opencv.decode_qr,
        "cascade, 1 s": lambda image: scanner.read(image, seconds=1.0),
        "live, whole frame": lambda image: live.Follower().read(image),
    }
    print(f"{'1920 x 1080, CPU ms (median, max)':<36}" + "".join(f"{kind:>24}" for kind in kinds))
    for name, decode in decoders.items():
        row = ""
        for image in kinds.values():
            middle, most = cpu_ms(decode, image, 5 if name.startswith("cascade") else ROUNDS)
            row += f"{middle:10.1f}{most:8.1f} {len(decode(image)):2d} read"[:24].rjust(24)
        print(f"{name:<36}{row}")
    follower = live.Follower()
    follower.read(label)
    middle, most = cpu_ms(follower.read, label)
    print(f"{'live, following a code':<36}{middle:10.1f}{most:8.1f}")


def shared_table() -> None:
    """Print reads, misreads and milliseconds of each engine on the shared photographs."""
    print(f"\n{'shared photographs':<20}{'read':>10}{'misread':>9}{'CPU ms median':>15}{'p95':>7}{'max':>7}")
    for engine in ("zxing", "zbar", "opencv", "cascade"):
        score: Score = score_shared_set(engine=engine)
        times = sorted(score.cpu_ms)
        print(
            f"{engine:<20}{sum(score.read.values()):>6}/{sum(score.targets.values())}{len(score.misread):>9}"
            f"{statistics.median(times):>15.1f}{times[int(0.95 * len(times))]:>7.0f}{times[-1]:>7.0f}"
        )
    expected = tomllib.loads((ROOT / "tests" / "images" / "expected.toml").read_text(encoding="utf-8"))["all"]
    whole = score_shared_set(engine="cascade", short=True, seconds=60)
    misread = Counter(symbology for symbology, *_ in whole.misread)
    print(f"\n{'cascade, short, 60 s':<20}{'of':>6}{'read':>6}{'least':>7}{'misread':>9}")
    for name, row in expected.items():
        print(f"{name:<20}{row['of']:>6}{whole.read[name]:>6}{row['read']:>7}{misread[name]:>9}")


if __name__ == "__main__":
    if opencv.available().ok:
        opencv.library().setNumThreads(1)
    frames_table()
    if SHARED is not None:
        shared_table()
