"""The translator: `t("slice.key", name=value)`; one TOML file per slice and language."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from app.settings import LANGUAGES


class _Gaps(dict[str, Any]):
    """A parameter nobody gave shows as its name: a sentence with a hole is better than none."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


_formatter = string.Formatter()


def fill(sentence: str, params: Mapping[str, Any]) -> str:
    """A sentence with its `{name}` places filled; values are only ever inserted, never interpreted."""
    return _formatter.vformat(sentence, (), _Gaps({name: "" if value is None else value for name, value in params.items()}))


_FRENCH_SPACE = re.compile(r" (?=[?!:;»])|(?<=«) ")


def typeset(sentence: str, language: str) -> str:
    """A sentence as its language sets it: in French no line begins with a question mark, a colon or a closing guillemet."""
    return _FRENCH_SPACE.sub("\u00a0", sentence) if language == "fr" else sentence


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted((files("app.words") / language).iterdir(), key=lambda item: item.name):
        if file.name.endswith(".toml"):
            slice_name = file.name.removesuffix(".toml")
            for key, sentence in tomllib.loads(file.read_text(encoding="utf-8")).items():
                found[f"{slice_name}.{key}"] = typeset(sentence, language)
    return found


class Translator:
    """Words of one language; a missing key shows itself rather than another language's words."""

    __slots__ = ("_words", "language")

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = _catalogue(language)

    def __call__(self, key: str, /, **params: Any) -> str:
        """The sentence of a key with its parameters."""
        sentence = self._words.get(key, key)
        return fill(sentence, params) if params else sentence

    def has(self, key: str) -> bool:
        """Whether the key has words."""
        return key in self._words


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str) -> Translator:
    """The translator of a language; Vietnamese for one that is not spoken here."""
    return Translator(language if language in LANGUAGES else "vi")


def choose_language(wanted: str | None, accept: str | None, default: str = "vi") -> str:
    """The language of an answer: an explicit wish, then Accept-Language by quality (RFC 9110, 12.5.4), then the default."""
    if wanted in LANGUAGES:
        return str(wanted)
    best, best_quality = default, 0.0
    for item in (accept or "").split(",")[:20]:
        tag, _, parameter = item.strip().partition(";")
        primary = tag.split("-")[0].strip().lower()
        try:
            quality = float(parameter.split("=", 1)[1]) if "=" in parameter else 1.0
        except ValueError:
            continue
        if primary in LANGUAGES and quality > best_quality:
            best, best_quality = primary, quality
    return best
