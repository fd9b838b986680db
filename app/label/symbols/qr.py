"""QR codes with a GS1 Digital Link as modules, to the module those of the library `qrcode`.

`qrcode` alone makes about 100 symbols a second, because it tries eight masks with loops over single modules. For a fixed
version and mask a symbol is an affine function of its bits, so a `Plan` asks the library once where each bit goes and
then makes symbols with array operations: same modules, same mask, more than ten times as fast.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.label.refusals import LinkUnprintable
from app.label.symbols.linear import lines
from app.label.symbols.symbol import Carrier, Modules, Pairs, Symbol

LEVEL = 0
"""Error correction M of `qrcode`: restores 15 % of the codewords; GS1 asks for no more on a clean label."""

MASKS = 8
LARGEST_VERSION = 20
"""97 modules a side are 42 mm at 0.396 mm: no layout here is larger, and a plan takes memory."""


def qr(link: str, pairs: Pairs = ()) -> Symbol:
    """QR code model 2, level M, with the quiet zone of four modules that ISO/IEC 18004 asks for; reads as ]Q1.

    Raises LinkUnprintable for a link with raw characters outside ASCII or of more than about 600 characters.
    """
    if not link.isascii() or not link.isprintable() or " " in link:
        raise LinkUnprintable(length=len(link), limit=_capacity(LARGEST_VERSION) // 8)
    return Symbol("QR", link, "]Q1", _matrix(link), (4, 4), Carrier.QR_DL, pairs, lines(pairs))


def _matrix(link: str) -> Modules:
    version, bits, length = _bits(link)
    return _plan(version).matrix(bits, length)


class _Bits:
    """Bit sink with the interface that the segments of `qrcode` write to; one long integer instead of a list of bytes."""

    __slots__ = ("length", "value")

    def __init__(self) -> None:
        self.value = 0
        self.length = 0

    def put(self, number: int, length: int) -> None:
        self.value = self.value << length | number
        self.length += length


def _bits(link: str) -> tuple[int, int, int]:
    """Version, message bits as an integer and their number: mode, count and data of each segment."""
    from qrcode import util

    segments = list(util.optimal_data_chunks(link, 20))
    version = 1
    while True:
        sizes = util.mode_sizes_for_version(version)
        sink = _Bits()
        for segment in segments:
            sink.put(segment.mode, 4)
            sink.put(len(segment), sizes[segment.mode])
            segment.write(sink)
        fitting = bisect_left(util.BIT_LIMIT_TABLE[LEVEL], sink.length, version)
        if fitting > LARGEST_VERSION:
            raise LinkUnprintable(length=len(link), limit=_capacity(LARGEST_VERSION) // 8)
        if util.mode_sizes_for_version(fitting) is sizes:
            return fitting, sink.value, sink.length
        version = fitting


def _capacity(version: int) -> int:
    """Bits that a version takes at level M."""
    from qrcode import util

    return int(util.BIT_LIMIT_TABLE[LEVEL][version])


class _Plan:
    """Where each bit of a version goes, learned from `qrcode` once (about 0.1 s) and kept.

    place: (n, n) index of the bit under each module, the last index standing for "no bit"; blank[mask]: the symbol of all
    zero bits; judged[mask]: the same as the library compares masks, with format and version information left white.
    """

    def __init__(self, version: int) -> None:
        from qrcode import base

        blocks = base.rs_blocks(version, LEVEL)
        self.data = [block.data_count for block in blocks]
        self.check = blocks[0].total_count - blocks[0].data_count
        self.remainders = _remainders(max(self.data), self.check)
        self.order = _order(self.data, self.check)
        total = 8 * len(self.order)
        self.place = _places(version, total)
        zeros = bytes(len(self.order))
        self.blank = np.stack([_drawn(version, zeros, mask) for mask in range(MASKS)])
        self.judged = np.stack([_drawn(version, zeros, mask, judged=True) for mask in range(MASKS)])

    def matrix(self, bits: int, length: int) -> Modules:
        """The symbol with the mask of the lowest penalty, as the standard (ISO/IEC 18004, 7.8.3) chooses it."""
        codewords = self._codewords(bits, length)
        stream = np.append(np.unpackbits(codewords), np.uint8(0))
        under = stream[self.place]
        mask = int(np.argmin(penalties(self.judged ^ under)))
        matrix: Modules = self.blank[mask] ^ under
        return matrix

    def _codewords(self, bits: int, length: int) -> NDArray[np.uint8]:
        """Data and check codewords in the order in which they are placed."""
        room = sum(self.data)
        length_padded = min(8 * room, length + 4)
        bits <<= length_padded - length
        bits <<= -length_padded % 8
        used = -(-length_padded // 8)
        filled = bits.to_bytes(used, "big") + (b"\xec\x11" * room)[: room - used]
        data = np.frombuffer(filled, dtype=np.uint8)
        parts = [data]
        start = 0
        for count in self.data:
            block = data[start : start + count]
            rows = self.remainders[np.arange(count - 1, -1, -1), block]
            parts.append(np.bitwise_xor.reduce(rows, axis=0))
            start += count
        codewords: NDArray[np.uint8] = np.concatenate(parts)[self.order]
        return codewords


@lru_cache(maxsize=LARGEST_VERSION)
def _plan(version: int) -> _Plan:
    return _Plan(version)


def _remainders(longest: int, check: int) -> NDArray[np.uint8]:
    """(place from the end, value, check): check codewords that one data codeword alone would cause, by the library's own division."""
    from qrcode import LUT, base

    generator = base.Polynomial(LUT.rsPoly_LUT[check], 0) if check in LUT.rsPoly_LUT else _generator(base, check)
    table = np.zeros((longest, 256, check), dtype=np.uint8)
    exponents = np.array([base.gexp(power) for power in range(255)], dtype=np.uint8)
    logarithm = np.array([0] + [base.glog(value) for value in range(1, 256)])
    for place in range(longest):
        unit = list(base.Polynomial([1] + [0] * place, check) % generator)
        unit = [0] * (check - len(unit)) + unit
        for column, coefficient in enumerate(unit):
            if coefficient:
                table[place, 1:, column] = exponents[(logarithm[1:] + logarithm[coefficient]) % 255]
    return table


def _generator(base: Any, check: int) -> Any:
    polynomial = base.Polynomial([1], 0)
    for power in range(check):
        polynomial *= base.Polynomial([1, base.gexp(power)], 0)
    return polynomial


def _order(data: list[int], check: int) -> NDArray[np.intp]:
    """Interleaving: the first codeword of each block, then the second of each, and the same for the check codewords."""
    starts = np.cumsum([0, *data[:-1]])
    first = [int(starts[block]) + place for place in range(max(data)) for block in range(len(data)) if place < data[block]]
    after = sum(data)
    second = [after + block * check + place for place in range(check) for block in range(len(data))]
    return np.array(first + second, dtype=np.intp)


def _drawn(version: int, codewords: Iterable[int], mask: int, *, judged: bool = False) -> Modules:
    """One symbol as `qrcode` draws these codewords."""
    from qrcode import QRCode

    code = QRCode(version=version, error_correction=LEVEL)
    code.data_cache = list(codewords)
    code.makeImpl(judged, mask)
    return np.array(code.modules, dtype=np.uint8)


def _places(version: int, total: int) -> NDArray[np.intp]:
    """Index of the bit under each module: the library draws the binary digits of every index, one digit at a time."""
    numbers = np.arange(total)
    blank = _drawn(version, bytes(total // 8), 0)
    filled = _drawn(version, bytes([255]) * (total // 8), 0) ^ blank
    index = np.zeros(blank.shape, dtype=np.intp)
    for digit in range(total.bit_length()):
        drawn = _drawn(version, np.packbits((numbers >> digit & 1).astype(np.uint8)).tolist(), 0) ^ blank
        index |= drawn.astype(np.intp) << digit
    index[filled == 0] = total
    return index


def penalties(symbols: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Penalty of each candidate in a (count, n, n) stack: runs, blocks, finder look-alikes and balance.

    Source: ISO/IEC 18004, 7.8.3, weights 3, 3, 40, 10, balance counted in whole steps of 5 % as `qrcode` does.
    """
    count, side, _ = symbols.shape
    both = np.concatenate([symbols, symbols.transpose(0, 2, 1)])
    same = both[:, :, 1:] == both[:, :, :-1]
    pairs = same[:, :, :-1] & same[:, :, 1:]
    fives = pairs[:, :, :-2] & pairs[:, :, 2:]
    begins = fives.copy()
    begins[:, :, 1:] &= ~fives[:, :, :-1]
    lines = _total(fives) + 2 * _total(begins) + 40 * _total(_finders(both))
    across = same[:count]
    blocks = across[:, :-1] & across[:, 1:] & (symbols[:, :-1, :-1] == symbols[:, 1:, :-1])
    balance = (np.abs(_total(symbols) * 100 / side**2 - 50) / 5).astype(np.int64) * 10
    return np.asarray(lines[:count] + lines[count:] + 3 * _total(blocks) + balance, dtype=np.int64)


def _total(marks: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(np.count_nonzero(marks.reshape(len(marks), -1), axis=1), dtype=np.int64)


def _finders(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Places where 1:1:3:1:1 stands with four light modules on one side."""
    side = rows.shape[2]
    seen = np.zeros((*rows.shape[:2], side - 10), dtype=np.uint16)
    for offset in range(11):
        seen = seen << 1 | rows[:, :, offset : offset + side - 10]
    found: NDArray[np.bool_] = (seen == 0b10111010000) | (seen == 0b00001011101)
    return found
