"""Prepared copies of a picture, made for a decoder that failed on the original.

Every function takes a grey picture of shape (height, width) uint8, 0 black, and gives a `Prepared` copy: the pixels and the way back
to the original's coordinates. All need OpenCV; without it pictures are decoded as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.opencv import library

if TYPE_CHECKING:
    from scanner.frames import Array
    from scanner.reading import Corners

Affine = tuple[float, float, float, float, float, float]
"""x = a·u + b·v + c, y = d·u + e·v + f, from a pixel (u, v) of the copy to (x, y) of the original."""

SAME: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A copy of a picture for another attempt, and where its pixels were."""

    image: Array
    back: Affine = SAME

    def place(self, corners: Corners) -> Corners:
        """Corners found in the copy, in pixels of the original."""
        a, b, c, d, e, f = self.back
        first, second, third, fourth = ((round(a * u + b * v + c), round(d * u + e * v + f)) for u, v in corners)
        return (first, second, third, fourth)


def noise(image: Array) -> float:
    """Standard deviation of the pixel noise, in grey levels.

    Measured on at most 480 rows and columns of the middle, at full resolution, with the median instead of the mean so that bars and
    letters, which fill less than half of a frame, do not count as noise.
    Source: J. Immerkær, Fast Noise Variance Estimation, Computer Vision and Image Understanding 64 (1996): the same 3 x 3 mask.
    """
    import numpy as np

    height, width = image.shape
    top, left = max(0, height // 2 - 240), max(0, width // 2 - 240)
    part = image[top : top + 480, left : left + 480].astype(np.int16)
    if min(part.shape) < 3:  # the mask's side
        return 0.0
    rows = part[:-2] - 2 * part[1:-1] + part[2:]
    mask = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    return float(np.median(np.abs(mask))) / (6 * 0.6745)  # the mask has norm 6; 0.6745 sigma is the median of |normal|


def smoothed(image: Array, sigma: float = 0.8) -> Prepared:
    """A mild Gaussian: on noisy frames a decoder works three times as fast; on clean small photographs it reads less."""
    return Prepared(library().GaussianBlur(image, (0, 0), sigma))


def enlarged(image: Array, factor: float = 2.0, sharpening: float = 0.8) -> Prepared:
    """Bicubic enlargement and unsharp mask: the cheapest gain of resolution, 1.5 instead of 2 pixels a module for Data Matrix."""
    cv2 = library()
    larger = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(larger, (0, 0), 1.5)
    return Prepared(cv2.addWeighted(larger, 1 + sharpening, soft, -sharpening, 0), _scaled(factor, factor))


def reduced(image: Array, factor: float) -> Prepared:
    """A smaller copy by area averaging; factor: 0 to 1."""
    cv2 = library()
    return Prepared(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), _scaled(factor, factor))


def stretched(image: Array, factor: float = 2.0, sharpening: float = 0.8) -> Prepared:
    """Enlarged across upright bars only, and sharpened: narrow bars come apart while lines of text stay apart too."""
    cv2 = library()
    wider = cv2.resize(image, None, fx=factor, fy=1.0, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(wider, (0, 0), sigmaX=1.5, sigmaY=0.01)
    return Prepared(cv2.addWeighted(wider, 1 + sharpening, soft, -sharpening, 0), _scaled(factor, 1.0))


def equalised(image: Array) -> Prepared:
    """Contrast evened out tile by tile (CLAHE), against shadows and glare."""
    cv2 = library()
    return Prepared(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(image))


def averaged(image: Array, side: int = 61) -> Prepared:
    """Black and white by the mean of a square of `side` pixels around each pixel: one threshold a line fails under a shadow's edge."""
    cv2 = library()
    return Prepared(cv2.adaptiveThreshold(image, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, side, 5))


def parted(image: Array, level: float = 0.65, side: int = 31) -> Prepared:
    """Twice enlarged, then black and white at `level` between the darkest and the lightest pixel of a square around each.

    A level above the middle thickens bars that over-exposure has thinned.
    """
    cv2 = library()
    larger = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    dark = cv2.blur(cv2.erode(larger, square), (side, side))
    light = cv2.blur(cv2.dilate(larger, square), (side, side))
    threshold = cv2.addWeighted(dark, 1 - level, light, level, 0)
    return Prepared(cv2.compare(larger, threshold, cv2.CMP_GE), _scaled(2.0, 2.0))


def turned(image: Array, degrees: float = 45.0) -> Prepared:
    """Turned anticlockwise on white paper large enough for all of it: long linear codes are crossed by scan lines only when level."""
    cv2 = library()
    height, width = image.shape
    angle = math.radians(degrees)
    across, along = abs(math.cos(angle)), abs(math.sin(angle))
    columns, rows = math.ceil(width * across + height * along), math.ceil(width * along + height * across)
    there = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    there[0, 2] += (columns - width) / 2
    there[1, 2] += (rows - height) / 2
    level = cv2.warpAffine(image, there, (columns, rows), flags=cv2.INTER_LINEAR, borderValue=255)
    (a, b, c), (d, e, f) = cv2.invertAffineTransform(there).tolist()
    return Prepared(level, (a, b, c, d, e, f))


def levelled(image: Array) -> Prepared:
    """Turned so that the strongest stripes of the picture stand upright, as a linear code's bars should.

    A structure tensor over squares of 24 pixels tells where all edges run one way and which; each square votes with its energy for a
    direction, of 2 degrees, by how one-sided it is. Lines of text vote little.
    """
    import numpy as np

    cv2 = library()
    across, down = cv2.Sobel(image, cv2.CV_32F, 1, 0), cv2.Sobel(image, cv2.CV_32F, 0, 1)
    square = (24, 24)
    xx, yy, xy = cv2.blur(across * across, square), cv2.blur(down * down, square), cv2.blur(across * down, square)
    xx, yy, xy = xx[12::12, 12::12], yy[12::12, 12::12], xy[12::12, 12::12]
    one_sided = np.hypot(xx - yy, 2 * xy) / (xx + yy + 1)
    degrees = np.degrees(0.5 * np.arctan2(2 * xy, xx - yy))  # direction across the stripes, -90 to 90
    votes, edges = np.histogram(degrees, bins=90, range=(-90, 90), weights=one_sided**4 * (xx + yy))
    return turned(image, float(edges[int(votes.argmax())]) + 1.0)


def cropped(image: Array, corners: Corners, margin: float) -> Prepared:
    """The part of a picture around a symbol; margin: how far beyond it, as a share of its larger side."""
    height, width = image.shape
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    room = round(margin * max(max(xs) - min(xs), max(ys) - min(ys), 1))
    left, top = max(0, min(xs) - room), max(0, min(ys) - room)
    right, bottom = min(width, max(xs) + room), min(height, max(ys) + room)
    return Prepared(image[top:bottom, left:right].copy(), (1.0, 0.0, float(left), 0.0, 1.0, float(top)))


def _scaled(across: float, down: float) -> Affine:
    """The way back from a copy enlarged by two factors; pixel centres, not corners, coincide."""
    return (1 / across, 0.0, 0.5 / across - 0.5, 0.0, 1 / down, 0.5 / down - 0.5)
