"""Bit strings of EPCs: read field by field from the left, written the same way."""

from __future__ import annotations

from app.identify.epc_refusals import EpcLeftover, EpcNotEncodable, EpcTruncated, EpcWrongValue

WORD = 16
"""Bits of one word of a tag's memory."""


class Bits:
    """A bit string that is being read.

    number, length: the bits as an unsigned number; per_character: how many of them one character of the segment carries, and
    prefix: how many characters stand before the first, so that a refusal can point at a character; place: the next bit to read.
    """

    __slots__ = ("length", "number", "per_character", "place", "prefix", "scheme")

    def __init__(self, number: int, length: int, per_character: int, prefix: int) -> None:
        self.number = number
        self.length = length
        self.per_character = per_character
        self.prefix = prefix
        self.place = 0
        self.scheme = "EPC"

    @property
    def left(self) -> int:
        """How many bits are not read yet."""
        return self.length - self.place

    def take(self, count: int) -> int:
        """The next `count` bits as an unsigned number. Raises EpcTruncated."""
        end = self.place + count
        if end > self.length:
            raise EpcTruncated(scheme=self.scheme, needed=end, found=self.length, position=self.at(self.length))
        self.place = end
        return (self.number >> (self.length - end)) & ((1 << count) - 1)

    def rest(self) -> int:
        """The bits that are not read yet, as an unsigned number; they stay unread."""
        return self.number & ((1 << (self.length - self.place)) - 1)

    def at(self, place: int) -> int:
        """Which character of the segment carries a bit."""
        return self.prefix + place // self.per_character

    def only_padding(self) -> None:
        """Refuse set bits in what is not read yet. Raises EpcLeftover."""
        rest = self.rest()
        if rest:
            raise EpcLeftover(scheme=self.scheme, position=self.at(self.length - rest.bit_length()))

    def wrong(self, field: str, found: object, start: int) -> EpcWrongValue:
        """The refusal of what stands in a field that begins at bit `start`."""
        return EpcWrongValue(scheme=self.scheme, field=field, found=str(found), position=self.at(start))


class Packer:
    """A bit string that is being written for a scheme."""

    __slots__ = ("length", "number", "scheme")

    def __init__(self, scheme: str) -> None:
        self.number = 0
        self.length = 0
        self.scheme = scheme

    def put(self, number: int, count: int) -> None:
        """Append a number as `count` bits; the caller knows that it fits."""
        self.number = self.number << count | number
        self.length += count

    def unfit(self, field: str, found: object, position: int = 0) -> EpcNotEncodable:
        """The refusal of a value that has no bits in this scheme."""
        return EpcNotEncodable(scheme=self.scheme, field=field, found=str(found), position=position)

    def words(self) -> bytes:
        """The bits, filled with zeros to whole words as in a tag's memory."""
        fill = -self.length % WORD
        return (self.number << fill).to_bytes((self.length + fill) // 8, "big")


def digits_bits(digits: int) -> int:
    """How many bits the largest number of so many digits has."""
    return int(10**digits - 1).bit_length()
