"""Reading from a camera: every frame quickly, the place of the last symbols first, each code announced once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scanner import opencv, prepare, zbar, zxing
from scanner.choose import NOISY
from scanner.reading import STRONG, box
from scanner.refusals import DecoderMissing
from scanner.steady import Steady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanner.frames import Array, Frame
    from scanner.reading import Corners, Reading

MISSES = 3
"""Frames in a row without a symbol at the last place before the whole frame is searched again."""
MARGIN = 0.35
"""Room around the last place, as a share of its size: a faster hand costs some frames, then a search of all."""
WHOLE_EVERY = 10
"""While one symbol is followed, every tenth frame is searched whole, for others that came into view."""
NOISE_EVERY = 15
"""Frames between two measurements of the noise; it takes 3 ms at 1080p."""


class Follower:
    """Reads the frames of one camera, in the order they come."""

    def __init__(self) -> None:
        self._last: Corners | None = None
        self._misses = 0
        self._count = 0
        self._noisy = False

    def read(self, image: Array) -> list[Reading]:
        """The symbols in a grey frame, or in the neighbourhood of the last one; EAN and ITF are only what one or two engines say."""
        searched = self._last is not None and self._count % WHOLE_EVERY != 0
        readings = self._near(image) if searched else self._whole(image)
        self._count += 1
        if readings:
            self._last, self._misses = _around(readings), 0
        elif self._last is not None:
            self._misses += 1
            if self._misses >= MISSES:
                self._last, self._misses = None, 0
        return readings

    def _near(self, image: Array) -> list[Reading]:
        """The symbols around the last place: 13 ms instead of 23 for the two of a label in a 1080p frame, less for one."""
        if self._last is None:
            return []
        part = prepare.cropped(image, self._last, MARGIN)
        return [replace(reading, corners=part.place(reading.corners)) for reading in _look(part.image)]

    def _whole(self, image: Array) -> list[Reading]:
        """The symbols of the whole frame, smoothed when it is noisy: 43 ms instead of 99."""
        if not opencv.available().ok:
            return _look(image)
        if self._count % NOISE_EVERY == 0:
            self._noisy = prepare.noise(image) >= NOISY
        return _look(prepare.smoothed(image).image if self._noisy else image)


def _around(readings: list[Reading]) -> Corners:
    """The rectangle around all symbols of a frame: a label's QR and EAN are followed together."""
    xs = [x for reading in readings for x, _ in reading.corners]
    ys = [y for reading in readings for _, y in reading.corners]
    return box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _look(image: Array) -> list[Reading]:
    """What zxing-cpp sees, and zbar's second opinion around each code that needs one."""
    readings = zxing.decode(image)
    return [_confirmed(image, reading) if reading.symbology not in STRONG else reading for reading in readings]


def _confirmed(image: Array, reading: Reading) -> Reading:
    """The reading signed by zbar too when zbar reads the same; without zbar a second frame must do."""
    try:
        second = zbar.decode(prepare.cropped(image, reading.corners, MARGIN).image)
    except DecoderMissing:
        return reading
    agreed = any(other.key == reading.key for other in second)
    return replace(reading, decoder="zxing+zbar") if agreed else reading


def watch(frames: Iterable[Frame], found: Callable[[Reading, Frame], bool | None], *, steady: Steady | None = None) -> int:
    """Read frames until they end or `found` answers False; the number of frames read.

    found is called once for each new code with its reading and the frame it was sure in.
    """
    follower, memory = Follower(), steady or Steady()
    count = 0
    for frame in frames:
        count += 1
        for reading in memory.see(follower.read(frame.image), frame.at):
            if found(reading, frame) is False:
                return count
    return count
