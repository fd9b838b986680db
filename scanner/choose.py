"""Which decoder looks first, which must agree, and when to stop: the cascade behind `scanner.read`.

A misread is worse than a miss. QR, Data Matrix and DataBar are believed from one decoder. Code 128 is believed from an untouched
picture; on prepared copies two wrong values passed its check character in 156 photographs, so there two attempts must agree. EAN-13,
UPC-A and ITF-14 need two different engines, which then are asked again about an enlarged copy of the symbol: zxing-cpp and zbar return
wrong digits with a valid check digit, mostly on different pictures, but the same ones where over-exposure thinned the bars.
Measured on 981 photographs: one engine's word 77.3 % read and 4 wrong, the first of all engines 89.8 % and 14 wrong, two engines
in agreement 89.1 % and 2 wrong.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner import opencv, prepare, zbar, zxing
from scanner.reading import CODE_128, DATA_MATRIX, QR, STRONG
from scanner.refusals import DecoderMissing, UnknownEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.frames import Array
    from scanner.prepare import Prepared
    from scanner.reading import Corners, Reading

ENGINES = ("cascade", "zxing", "zbar", "opencv")

LARGE = 3_000_000
"""Pixels above which a picture is first read as a copy of `COMFORTABLE` pixels: symbols in photographs this large are rarely small."""
COMFORTABLE = 2_000_000
SMALL = 500_000
"""Pixels up to which a picture is no camera frame: smoothing small photographs loses codes (758 to 625 of 981 at sigma 0.8 and 1.0)."""
SLENDER = 12
"""Sides in this proportion are not turned: the square around a strip of 7 x 30,000 pixels has 450 megapixels."""
NOISY = 2.5
"""Grey levels of noise from which a frame of camera size is smoothed first.

Measured on a made 1080p frame, zxing-cpp plain and smoothed: 22 and 19 ms at 2.2, 37 and 20 at 3.2, 98 and 33 at 9.4 levels. Three of
four shared photographs, all small, have less than 0.8.
"""
SECONDS_TO_CONFIRM = 0.15
"""How long linear codes in doubt may hold up a picture in which something is already certain."""

_SQUARE = frozenset({QR, DATA_MATRIX})

_DECODERS: dict[str, Callable[..., list[Reading]]] = {
    "zxing": zxing.decode,
    "zbar": zbar.decode,
    "opencv": opencv.decode,
    "opencv-linear": opencv.decode_linear,
}
_PREPARATIONS: dict[str, Callable[[Array], Prepared]] = {
    "smoothed": prepare.smoothed,
    "equalised": prepare.equalised,
    "parted": lambda image: prepare.parted(image, side=45),
    "enlarged": prepare.enlarged,
    "turned": prepare.turned,
    "levelled": prepare.levelled,
    "stretched": prepare.stretched,
    "averaged": prepare.averaged,
}
_ENGINES = ("zxing", "zbar", "opencv")
_TURNING = frozenset({"turned", "levelled"})
# By what each adds to those before it for its time, chosen on the 156 shared photographs: on others it may be another order.
_RETRIES = (
    ("zbar", "equalised"),
    ("zxing", "equalised"),
    ("zbar", "parted"),
    ("zxing", "parted"),
    ("zxing", "enlarged"),
    ("zbar", "enlarged"),
    ("zxing", "levelled"),
    ("zbar", "levelled"),
    ("zbar", "turned"),
    ("zxing", "turned"),
    ("zxing", "smoothed"),
    ("zbar", "smoothed"),
    ("opencv-linear", "equalised"),
    ("zxing", "stretched"),
    ("opencv-linear", "enlarged"),
    ("opencv-linear", "turned"),
    ("zxing", "averaged"),
)


def look_at(image: Array, *, engine: str, short: bool, seconds: float) -> list[Reading]:
    """What one engine or the cascade of all says about a grey picture of shape (height, width).

    seconds: no new attempt begins after them; the first one is always made.
    """
    if engine not in ENGINES:
        raise UnknownEngine(engine=engine, known=", ".join(ENGINES))
    if engine == "cascade":
        return cascade(image, short=short, seconds=seconds)
    return _DECODERS[engine](image, short=short)


def cascade(image: Array, *, short: bool = False, seconds: float = 1.0) -> list[Reading]:
    """The symbols of a picture that may be believed, the surest first. Raises DecoderMissing when no decoder is installed at all."""
    began = time.perf_counter()
    evidence = Evidence(image, began)
    for view, decoder, preparation in _plan(image):
        spent = time.perf_counter() - began
        if evidence.attempts and (spent > seconds or evidence.enough(spent, retrying=preparation != "")):
            break
        evidence.look(view, decoder, preparation, short=short)
    if not evidence.attempts:
        raise DecoderMissing(zxing.NAME, zxing.REMEDY)
    return evidence.believed()


def _plan(image: Array) -> Iterator[tuple[View, str, str]]:
    """Every attempt worth making, in order.

    A large picture is looked at as a comfortable copy first, and prepared copies are made of that one only: of 40 megapixels they would
    take gigabytes. A noisy frame is looked at smoothed first.
    """
    whole = View(image)
    height, width = image.shape
    prepared = whole
    if opencv.available().ok:
        if height * width > LARGE:
            prepared = View.of(prepare.reduced(image, (COMFORTABLE / (height * width)) ** 0.5))
            yield from ((prepared, engine, "") for engine in _ENGINES)
        elif height * width > SMALL and prepare.noise(image) >= NOISY:
            soft = View.of(prepare.smoothed(image))
            yield from ((soft, engine, "") for engine in _ENGINES)
    yield from ((whole, engine, "") for engine in _ENGINES)
    slender = max(prepared.image.shape) > SLENDER * min(prepared.image.shape)
    yield from ((prepared, decoder, preparation) for decoder, preparation in _RETRIES if not (slender and preparation in _TURNING))


class View:
    """A picture at one size with its prepared copies, each made once and only when asked for."""

    def __init__(self, image: Array, origin: Prepared | None = None) -> None:
        self.image = image
        self._origin = origin
        self._copies: dict[str, Prepared] = {"": prepare.Prepared(image)}

    @classmethod
    def of(cls, prepared: Prepared) -> View:
        """A view of a copy; places in it lead back to the picture that was given."""
        return cls(prepared.image, prepared)

    def copy(self, preparation: str) -> Prepared:
        """The copy of one preparation, "" for the picture itself. Raises DecoderMissing without OpenCV."""
        if preparation not in self._copies:
            self._copies[preparation] = _PREPARATIONS[preparation](self.image)
        return self._copies[preparation]

    def place(self, copy: Prepared, corners: Corners) -> Corners:
        """Corners found in a copy of this view, in pixels of the picture that was given."""
        here = copy.place(corners)
        return self._origin.place(here) if self._origin is not None else here


class Evidence:
    """Everything the attempts at one picture have said so far."""

    def __init__(self, image: Array, began: float) -> None:
        self.attempts = 0
        self._image = image
        self._began = began
        self._examined: set[tuple[str, str]] = set()
        self._missing: set[str] = set()
        self._witnesses: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self._readings: dict[tuple[str, str], list[Reading]] = {}

    def look(self, view: View, decoder: str, preparation: str, *, short: bool) -> None:
        """Make one attempt and remember what it says; a library that is not installed is left out from then on."""
        engine = decoder.partition("-")[0]
        if engine in self._missing or (preparation and "opencv" in self._missing):
            return
        try:
            copy = view.copy(preparation)
            found = _DECODERS[decoder](copy.image, short=short)
        except DecoderMissing as missing:
            self._missing.add(missing.name)
            return
        self.attempts += 1
        self._remember([replace(reading, corners=view.place(copy, reading.corners)) for reading in found], engine, preparation)
        for key in [key for key in self._readings if key[0] not in STRONG and self._is_sure(key) and key not in self._examined]:
            self._examined.add(key)
            if "opencv" not in self._missing:
                self._cross_examine(self._readings[key][0])

    def _cross_examine(self, reading: Reading) -> None:
        """Ask again about digits on which two engines agree, on enlarged copies of the symbol alone.

        Thinned or thickened bars make zxing-cpp and zbar agree on wrong digits with a valid check digit; at another size or threshold
        each then reads yet other digits, while a sound symbol reads the same. What they say counts for or against.
        Chosen on the shared photographs (two misread pictures of one product went, no read was lost): not yet tried on others.
        """
        part = prepare.cropped(self._image, reading.corners, 0.25)
        for name, preparation in (("close", prepare.enlarged), ("close, parted", _PREPARATIONS["parted"])):
            if part.image.size > COMFORTABLE:
                return  # several pixels of thickness in every bar: no resolution to gain, no swap to fear
            copy = preparation(part.image)
            found = zxing.decode(copy.image, thorough=False) if "zxing" not in self._missing else []
            self._remember([replace(other, corners=part.place(copy.place(other.corners))) for other in found], "zxing", name)

    def _remember(self, found: list[Reading], engine: str, preparation: str) -> None:
        ms = (time.perf_counter() - self._began) * 1000
        for reading in found:
            self._witnesses.setdefault(reading.key, set()).add((engine, preparation))
            seen = self._readings.setdefault(reading.key, [])
            if not any(overlap(reading.corners, other.corners) for other in seen):
                seen.append(replace(reading, ms=ms))

    def enough(self, spent: float, *, retrying: bool) -> bool:
        """Whether more attempts are not worth their time; retrying: every engine has seen the picture as it is."""
        if not self.believed():
            return False
        in_doubt = [key for key in self._readings if not self._is_sure(key)]
        return not in_doubt or (retrying and spent > SECONDS_TO_CONFIRM)

    def _is_sure(self, key: tuple[str, str]) -> bool:
        symbology, _ = key
        witnesses = self._witnesses[key]
        if symbology == CODE_128:
            return len(witnesses) > 1 or ("zxing", "") in witnesses or ("zbar", "") in witnesses
        return symbology in STRONG or len({engine for engine, _ in witnesses}) > 1

    def believed(self) -> list[Reading]:
        """The readings with enough witnesses, without those that other readings of the same place contradict."""
        kept = [key for key in self._readings if self._is_sure(key) and not self._is_contradicted(key)]
        kept.sort(key=lambda key: (key[0] not in STRONG, -len(self._witnesses[key])))
        return [self._signed(reading) for key in kept for reading in self._readings[key]]

    def _is_contradicted(self, key: tuple[str, str]) -> bool:
        """Whether another linear code at the same place has half as many witnesses or, against a strong symbology, as many and is sure."""
        for other, witnesses in self._witnesses.items():
            if other == key or not {key[0], other[0]}.isdisjoint(_SQUARE) or (key[0] in STRONG and not self._is_sure(other)):
                continue
            weight = 1 if key[0] in STRONG else 2
            if weight * len(witnesses) >= len(self._witnesses[key]) and self._share_a_place(key, other):
                return True
        return False

    def _share_a_place(self, key: tuple[str, str], other: tuple[str, str]) -> bool:
        return any(overlap(mine.corners, its.corners) for mine in self._readings[key] for its in self._readings[other])

    def _signed(self, reading: Reading) -> Reading:
        """The reading under the names of all engines that gave its text."""
        engines = {engine for engine, _ in self._witnesses[reading.key]}
        return replace(reading, decoder="+".join(engine for engine in ENGINES if engine in engines))


def overlap(one: Corners, other: Corners) -> bool:
    """Whether two outlines are of one symbol: the centre of either lies within the bounding box of the other."""
    return _contains(one, _centre(other)) or _contains(other, _centre(one))


def _centre(corners: Corners) -> tuple[float, float]:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def _contains(corners: Corners, point: tuple[float, float]) -> bool:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs) - 1 <= point[0] <= max(xs) + 1 and min(ys) - 1 <= point[1] <= max(ys) + 1
