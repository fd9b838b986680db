"""Graphic fields of ZPL II: one bit a dot, as hexadecimal digits with run lengths, blank ends and repeated rows.

The alternative compression and not Z64: printers of other makers that understand ZPL read it too, a file stays text, and symbols, whose
rows repeat, come out as small. `app/decisions/0010-zpl-as-graphics.md` has the sizes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.bool_] | NDArray[np.uint8]
"""(rows, columns) of dots, True or 1 is black."""

_Rows = NDArray[np.uint8]
"""(rows, bytes) of eight dots each."""

MOST_BYTES = 24_000
"""Of one field before compression: renderers and small printers take no larger graphic, so a larger one is sent in bands."""

_BLANK, _FULL = 0, 15
_DIGITS = "0123456789ABCDEF"


class _Tokens(dict[int, str]):
    """Text of a run, by 32 times its length and twice its digit, plus 1 at the end of a row; made when first met."""

    def __missing__(self, code: int) -> str:
        length, digit, last = code >> 5, code >> 1 & 15, code & 1
        token = _ended(length, digit) if last and digit in {_BLANK, _FULL} else _counted(length) + _DIGITS[digit]
        self[code] = token
        return token


def _ended(length: int, digit: int) -> str:
    """A run up to the end of its row: `,` for white and `!` for black, which begin at a whole byte."""
    sign = "," if digit == _BLANK else "!"
    if length % 2 == 0:
        return sign
    return _DIGITS[digit] if length == 1 else _DIGITS[digit] + sign


def _counted(length: int) -> str:
    """How often the next digit stands: G to Y are 1 to 19, g to z are 20 to 400, and they add up; nothing for once."""
    if length == 1:
        return ""
    most, rest = divmod(length, 400)
    twenties, ones = divmod(rest, 20)
    return "z" * most + (chr(ord("f") + twenties) if twenties else "") + (chr(ord("F") + ones) if ones else "")


_TOKENS = _Tokens()


def compressed(ink: Ink) -> str:
    """The rows of a graphic as `^GFA` data; rows are filled with white up to a whole byte.

    Source: Zebra ZPL II Programming Guide, "Alternative Data Compression Scheme for ~DG and ~DB Commands".
    """
    rows, number = _distinct(ink)
    return _text(rows, np.bincount(number))


def field(ink: Ink, x: int, y: int) -> str:
    """The ink of a picture as graphic fields, its upper left corner at x, y; nothing for a white picture."""
    rows, number = _distinct(ink)
    black = np.flatnonzero(rows.any(axis=1))
    if not black.size:
        return ""
    columns = np.flatnonzero(rows.any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    top, bottom = np.searchsorted(number, (black[0], black[-1] + 1)).tolist()
    return "".join(_bands(rows[:, left:right], number[top:bottom], x + 8 * left, y + top))


def box(ink: Ink) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of what is black, the last two exclusive; None for a white picture."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1) if rows.size else None


def _distinct(ink: Ink) -> tuple[_Rows, NDArray[np.intp]]:
    """Rows that differ from the one above, eight dots a byte, and for each row of the picture the number of its own."""
    packed = np.packbits(ink, axis=1)
    fresh = np.ones(len(packed), dtype=np.bool_)
    np.any(packed[1:] != packed[:-1], axis=1, out=fresh[1:])
    return packed[fresh], np.cumsum(fresh) - 1


def _bands(rows: _Rows, number: NDArray[np.intp], x: int, y: int) -> Iterator[str]:
    wide = rows.shape[1]
    high = max(1, MOST_BYTES // wide)
    for start in range(0, len(number), high):
        band = number[start : start + high]
        total = wide * len(band)
        text = _text(rows[band[0] : band[-1] + 1], np.bincount(band - band[0]))
        yield f"^FO{x},{y + start}^GFA,{total},{total},{wide},{text}^FS\n"


def _text(rows: _Rows, times: NDArray[np.intp]) -> str:
    """Rows as text, each followed by a colon for every further time it stands there."""
    digits = np.stack((rows >> 4, rows & 15), axis=2).reshape(len(rows), -1)
    wide = digits.shape[1]
    flat = digits.ravel()
    starts = np.empty(flat.size, dtype=np.bool_)
    starts[0] = True
    np.not_equal(flat[1:], flat[:-1], out=starts[1:])
    starts[::wide] = True
    begins = np.flatnonzero(starts)
    ends = np.append(begins[1:], flat.size)
    last = ends % wide == 0
    codes = (ends - begins) * 32 + flat[begins].astype(np.int64) * 2 + last
    tokens = [_TOKENS[code] for code in codes.tolist()]
    for place, count in zip(np.flatnonzero(last).tolist(), times.tolist(), strict=True):
        if count > 1:
            tokens[place] += ":" * (count - 1)
    return "".join(tokens)
