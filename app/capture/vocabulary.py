"""The bare words of the Core Business Vocabulary: which exist, what they are called elsewhere, which one was meant."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files

_GAPS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One list of words, as in `schemas/vocabulary/cbv.json`.

    prefixes: what may stand before a word in other spellings (`https://ref.gs1.org/cbv/BizStep-`, `urn:epcglobal:cbv:bizstep:`).
    """

    name: str
    words: tuple[str, ...]
    prefixes: tuple[str, ...]

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
    urn = [entry["urn"]] if "urn" in entry else []
    return Vocabulary(name, tuple(words), (*urn, *dict.fromkeys([*secure, *plain])))  # type: ignore[arg-type]  # the file is ours


@lru_cache(maxsize=4096)
def closest(text: str, words: tuple[str, ...], most: int = 3) -> tuple[str, ...]:
    """The words a person may have meant, best first; spelling of gaps and capitals is forgiven.

    Where nothing is near, the least far: a person sees what such words look like.
    """
    plain = {word.lower(): word for word in words}
    wanted = _GAPS.sub("_", text[:60].strip()).lower()
    near = get_close_matches(wanted, plain, most, 0.6) or get_close_matches(wanted, plain, most, 0.0)
    return tuple(plain[found] for found in near)
