"""How many digits a company prefix may have, refused alike wherever a key is divided: in parts, in EPC URNs, in EPC binary strings."""

from __future__ import annotations

from app.identify.refusals import WrongPrefixLength

SHORTEST, LONGEST = 4, 12
"""Digits of a GS1 Company Prefix; a U.P.C. Company Prefix counts with its implied leading zero."""

SHORTEST_IN_EPC = 6
"""EPC URNs and the older EPC schemes have no place for shorter ones. Source: EPC Tag Data Standard 2.3, 14.3."""


def check(key: str, room: str, length: int, *, position: int, least: int = SHORTEST) -> None:
    """Refuse a company prefix that is too short, or that does not lie in the digits at the beginning of `room`.

    key: what is named in the refusal; room: the part of the key in which the prefix must lie. Raises WrongPrefixLength.
    """
    digits = min(len(room) - len(room.lstrip("0123456789")), LONGEST)
    if not least <= length <= digits:
        raise WrongPrefixLength(key=key, least=least, most=digits if digits >= least else LONGEST, found=length, position=position)
