"""The same code in successive frames is one reading; a code that decoders misread must be seen twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.reading import STRONG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.reading import Reading

SECONDS = 3.0
"""How long a code stays "the same" after it was last seen: a package turned in the hand loses its code for a second or two."""


class Steady:
    """What has been seen lately, for one camera; times are seconds on any clock that does not go back."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._announced: dict[tuple[str, str], float] = {}
        self._doubtful: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}

    def see(self, readings: Iterable[Reading], at: float) -> list[Reading]:
        """The readings of one frame that are new and sure, each with the engines that gave it.

        QR, Data Matrix, Code 128 and DataBar count at once; EAN, UPC and ITF from the second frame or the second engine on.
        Seeing a code again within the time keeps it the same code; after that it is a new reading.
        """
        self._forget(at)
        fresh: list[Reading] = []
        for key, together in _by_key(readings).items():
            if key in self._announced:
                self._announced[key] = at
                continue
            engines = frozenset(engine for reading in together for engine in reading.decoder.split("+"))
            earlier = self._doubtful.pop(key, None)
            if key[0] in STRONG or len(engines) > 1 or earlier is not None:
                self._announced[key] = at
                everyone = engines | (earlier[1] if earlier is not None else frozenset())
                fresh.append(replace(together[0], decoder="+".join(sorted(everyone, reverse=True))))
            else:
                self._doubtful[key] = (at, engines)
        return fresh

    def _forget(self, at: float) -> None:
        """Drop what was last seen longer ago than the time."""
        self._announced = {key: seen for key, seen in self._announced.items() if at - seen <= self._seconds}
        self._doubtful = {key: (seen, who) for key, (seen, who) in self._doubtful.items() if at - seen <= self._seconds}


def _by_key(readings: Iterable[Reading]) -> dict[tuple[str, str], list[Reading]]:
    together: dict[tuple[str, str], list[Reading]] = {}
    for reading in readings:
        together.setdefault(reading.key, []).append(reading)
    return together
