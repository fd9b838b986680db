"""The shortest way to write an element string in Code 128.

Code 128 has three tables of meanings: A and B one character each, C two digits at a time. `python-barcode` changes tables by
rule of thumb and needs one or two code words too many for one lot of six (of 3,000 random ones; the writer of zxing-cpp for
none); a label has no room to give away. Here each prefix of the text is reached in the cheapest way from those before it.
Source: ISO/IEC 15417 and GS1 General Specifications, 5.4; their rules for short symbols were not re-read, the tests compare
with an exhaustive search.
"""

from __future__ import annotations

from functools import lru_cache

FNC1 = "\x1d"
"""How element strings write FNC1, and what readers send for it."""

_FNC1_WORD = 102
_START = {"B": 104, "C": 105}
_TO = {"B": 100, "C": 99}
"""Code words that change the table. Set A holds control characters, of which element strings have none."""

_Way = tuple[int, tuple[int, ...]]
"""Number of code words and the code words themselves."""


@lru_cache(maxsize=4096)
def code_words(elements: str) -> tuple[int, ...]:
    """Start, FNC1 and the fewest code words for an element string, without check character and stop.

    elements: printable ASCII and FNC1 between elements. Among equally short ways the one that stays in its table wins.
    """
    text = FNC1 + elements
    ways: list[dict[str, _Way]] = [{} for _ in range(len(text) + 1)]
    ways[0] = {table: (1, (word,)) for table, word in _START.items()}
    for place, character in enumerate(text):
        _change_table(ways[place])
        for table, (count, words) in ways[place].items():
            if character == FNC1:
                _keep(ways[place + 1], table, (count + 1, (*words, _FNC1_WORD)))
            elif table == "B":
                _keep(ways[place + 1], table, (count + 1, (*words, ord(character) - 32)))
            elif _two_digits(text, place):
                _keep(ways[place + 2], table, (count + 1, (*words, int(text[place : place + 2]))))
    return min(ways[-1].values())[1]


def _change_table(ways: dict[str, _Way]) -> None:
    for here, there in (("B", "C"), ("C", "B")):
        if here in ways:
            count, words = ways[here]
            if count > 1:  # a start may be chosen freely
                _keep(ways, there, (count + 1, (*words, _TO[there])))


def _keep(ways: dict[str, _Way], table: str, way: _Way) -> None:
    if table not in ways or way[0] < ways[table][0]:
        ways[table] = way


def _two_digits(text: str, place: int) -> bool:
    pair = text[place : place + 2]
    return len(pair) == 2 and pair.isascii() and pair.isdigit()  # a pair
