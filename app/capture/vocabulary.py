"""The bare words of the Core Business Vocabulary: which exist, what they are called elsewhere, which one was meant."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

NEAR = 0.4
"""Likeness from which a word is worth suggesting; `assemble` and `assembling` have 0.8."""

_GAPS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One list of words, as in `schemas/vocabulary/cbv.json`.

    prefixes: what may stand before a word in other spellings (`https://ref.gs1.org/cbv/BizStep-`, `urn:epcglobal:cbv:bizstep:`); urn, web,
    curie: the one of each kind that is written today, urn "" where there is none.
    """

    name: str
    words: tuple[str, ...]
    prefixes: tuple[str, ...]
    urn: str
    web: str
    curie: str

    def bare(self, text: str) -> str | None:
        """The word that a full name says, known or not; None when it is a name of somebody else's."""
        found = next((prefix for prefix in self.prefixes if text.startswith(prefix)), None)
        return None if found is None else text[len(found) :]


@cache
def vocabularies() -> dict[str, Vocabulary]:
    """Every vocabulary by its name in the schemas."""
    source = json.loads(files("schemas").joinpath("vocabulary/cbv.json").read_text("utf-8"))
    return {name: _vocabulary(name, entry) for name, entry in source["$defs"].items()}


def _vocabulary(name: str, entry: dict[str, object]) -> Vocabulary:
    web, words = entry["web"], entry["enum"]
    if not isinstance(web, list) or not isinstance(words, list):
        raise TypeError(name)
    # Older drafts of the vocabulary lived at ns.gs1.org; the JSON Schema of EPCIS names that host, so people still send it.
    old = [prefix.replace("//ref.", "//ns.") for prefix in web]
    secure = [*web, *old]
    plain = [prefix.replace("https:", "http:") for prefix in secure]
    urn = str(entry.get("urn", ""))
    prefixes = (*([urn] if urn else []), *dict.fromkeys([*secure, *plain]))
    return Vocabulary(name, tuple(words), prefixes, urn, str(web[0]), str(entry["curie"]))


def closest(text: str, words: tuple[str, ...], most: int = 3) -> tuple[str, ...]:
    """The words a person may have meant, best first; spelling of gaps and capitals is forgiven.

    Where nothing is near, the least far: a person sees what such words look like. Likeness is the share of common pairs of
    letters (Dice), because an edit distance to 72 words costs a millisecond and a hostile document asks 20,000 times.
    """
    wanted = _pairs(text[:60])
    scored = sorted(((2 * len(wanted & pairs) / (len(wanted) + len(pairs)), word) for word, pairs in _lexicon(words)), reverse=True)
    near = [word for score, word in scored if score >= NEAR]
    return tuple((near or [word for _score, word in scored])[:most])


@cache
def _lexicon(words: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Words with their pairs of letters; there are as many lists as closed objects in the schemas."""
    return tuple((word, _pairs(word)) for word in words)


def _pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters, the beginning counting as one."""
    plain = "^" + _GAPS.sub("_", text.strip()).lower()
    return frozenset(map("".join, pairwise(plain)))


_FIELDS = {"set": "disposition", "unset": "disposition", "reason": "errorReason", "exception": "sensorAlertType"}
"""Fields that are not named like their vocabulary; `type` belongs to the list it stands in."""


def word(field: str, text: str) -> str:
    """The bare word that a text in a field says in any spelling; a word of somebody else's as it is.

    field: name of the field (`bizStep`, `disposition`, `set`, `reason`, `component`, `exception`) or of its vocabulary.
    """
    return _spellings(_FIELDS.get(field, field)).get(text, text) if ":" in text else text


@cache
def _spellings(vocabulary: str) -> dict[str, str]:
    """Every other spelling of a vocabulary's words, with the bare word: URN, web URI old and new, CURIE."""
    entry = vocabularies()[vocabulary]
    starts = set(entry.prefixes) | {entry.curie}
    # GS1's own XML examples write Bizstep- where the vocabulary has BizStep-.
    starts |= {start.replace("/BizStep-", f"/{local}-") for start in starts for local in ("Bizstep", "bizstep")}
    starts |= {start.replace("//gs1.org/voc/", "//ref.gs1.org/voc/") for start in starts}
    return {start + bare: bare for start in starts for bare in entry.words}
