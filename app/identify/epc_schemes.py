"""The EPC schemes that have a GS1 key: headers, lengths and fields.

The older schemes divide the key at the end of the company prefix (partition); those whose name ends in `+` carry AIs one after
another and may carry more data, those in `++` also a host name. Source: EPC Tag Data Standard 2.3, tables 14-1 and of 14.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reference = Literal["padded", "integer", "string", "letters"]
"""How what follows the company prefix is written: digits with zeros in front, a number, 7 bits a character, 6 bits a character."""

Serial = Literal["", "integer", "string", "digits"]
"""How the serial is written: not at all, a number, 7 bits a character, a number with a 1 before its digits."""


@dataclass(frozen=True, slots=True)
class Partitioned:
    """An older scheme.

    bits: length of the whole, 0 when it depends on the content; key: AI; divided: bits of company prefix and reference together;
    digits: digits of both, for a padded reference; serial_bits: of the serial; serial_ai: where the serial goes, "" into the key itself.
    """

    name: str
    header: int
    bits: int
    key: str
    divided: int
    digits: int
    reference: Reference = "padded"
    serial: Serial = ""
    serial_bits: int = 0
    serial_ai: str = ""


@dataclass(frozen=True, slots=True)
class Plus:
    """A scheme of the standard's version 2: AIs in order; dated: one date stands before them; hosted: a host name after them."""

    name: str
    header: int
    ais: tuple[str, ...]
    dated: bool = False
    hosted: bool = False

    @property
    def key(self) -> str:
        """The AI of the GS1 key."""
        return self.ais[0]


Scheme = Partitioned | Plus

PREFIX_BITS = {12: 40, 11: 37, 10: 34, 9: 30, 8: 27, 7: 24, 6: 20}
"""Digits of a company prefix to the bits it takes; the partition value is 12 less the digits."""

LONGEST_PREFIX = 12

DATES = ("11", "13", "15", "16", "17", "7006", "7007")
"""The AI of the date of a dated scheme, by its indicator."""

WITHOUT_KEY = {0x2F: "USDOD-96", 0x35: "GID-96", 0x3B: "ADI-var"}
"""Headers of schemes that have no GS1 key."""

_OLDER = (
    Partitioned("GDTI-96", 0x2C, 96, "253", 41, 12, serial="integer", serial_bits=41),
    Partitioned("GSRN-96", 0x2D, 96, "8018", 58, 17),
    Partitioned("GSRNP-96", 0x2E, 96, "8017", 58, 17),
    Partitioned("SGTIN-96", 0x30, 96, "01", 44, 13, serial="integer", serial_bits=38, serial_ai="21"),
    Partitioned("SSCC-96", 0x31, 96, "00", 58, 17),
    Partitioned("SGLN-96", 0x32, 96, "414", 41, 12, serial="integer", serial_bits=41, serial_ai="254"),
    Partitioned("GRAI-96", 0x33, 96, "8003", 44, 12, serial="integer", serial_bits=38),
    Partitioned("GIAI-96", 0x34, 96, "8004", 82, 0, "integer"),
    Partitioned("SGTIN-198", 0x36, 198, "01", 44, 13, serial="string", serial_bits=140, serial_ai="21"),
    Partitioned("GRAI-170", 0x37, 170, "8003", 44, 12, serial="string", serial_bits=112),
    Partitioned("GIAI-202", 0x38, 202, "8004", 188, 0, "string"),
    Partitioned("SGLN-195", 0x39, 195, "414", 41, 12, serial="string", serial_bits=140, serial_ai="254"),
    Partitioned("GDTI-113", 0x3A, 113, "253", 41, 12, serial="digits", serial_bits=58),
    Partitioned("CPI-96", 0x3C, 96, "8010", 51, 0, "integer", serial="integer", serial_bits=31, serial_ai="8011"),
    Partitioned("CPI-var", 0x3D, 0, "8010", 0, 0, "letters", serial="integer", serial_bits=40, serial_ai="8011"),
    Partitioned("GDTI-174", 0x3E, 174, "253", 41, 12, serial="string", serial_bits=119),
    Partitioned("SGCN-96", 0x3F, 96, "255", 41, 12, serial="digits", serial_bits=41),
    Partitioned("ITIP-110", 0x40, 110, "8006", 44, 13, serial="integer", serial_bits=38, serial_ai="21"),
    Partitioned("ITIP-212", 0x41, 212, "8006", 44, 13, serial="string", serial_bits=140, serial_ai="21"),
)

_NEWER = (
    # name, header with one plus, header with two, AIs
    ("CPI", 0xF0, 0xE6, ("8010", "8011")),
    ("GRAI", 0xF1, 0xEB, ("8003",)),
    ("SGLN", 0xF2, 0xE9, ("414", "254")),
    ("ITIP", 0xF3, 0xED, ("8006", "21")),
    ("GSRN", 0xF4, 0xE7, ("8018",)),
    ("GSRNP", 0xF5, 0xE8, ("8017",)),
    ("GDTI", 0xF6, 0xEA, ("253",)),
    ("SGTIN", 0xF7, 0xFD, ("01", "21")),
    ("SGCN", 0xF8, 0xEC, ("255",)),
    ("SSCC", 0xF9, 0xEF, ("00",)),
    ("GIAI", 0xFA, 0xEE, ("8004",)),
    ("DSGTIN", 0xFB, 0xFC, ("01", "21")),
)


def _all() -> tuple[Scheme, ...]:
    plus = tuple(Plus(f"{name}+", one, ais, dated=name == "DSGTIN") for name, one, _, ais in _NEWER)
    hosted = tuple(Plus(f"{name}++", two, ais, dated=name == "DSGTIN", hosted=True) for name, _, two, ais in _NEWER)
    return (*_OLDER, *plus, *hosted)


SCHEMES: tuple[Scheme, ...] = _all()
BY_NAME: dict[str, Scheme] = {scheme.name: scheme for scheme in SCHEMES}
BY_HEADER: dict[int, Scheme] = {scheme.header: scheme for scheme in SCHEMES}
