"""A text whose form nobody told: the form is found, and the text is read exactly as if that form had been told.

Only what no single form covers is read here: plain digits, EPC URNs and EPC binary strings, the GTIN of a retail barcode, and decoration
that people and label printers add: spaces around AIs in brackets, hyphens between digits, a picture in the place of FNC1.
"""

from __future__ import annotations

import re

from app.errors import Invalid
from app.identify import read
from app.identify.ai_rule import RULES
from app.identify.element_string import FNC1
from app.identify.places import counted_from
from app.identify.read import Identified, Spelling
from app.identify.refusals import NotRecognised
from app.identify.spellings import DEFAULT, Answer, Form, Options, read_as, spell

_FORMS: dict[str, Form] = {"(": "bracketed", "^": "element", FNC1: "element", "\u241d": "element", "]": "scan"}
_WEB = "http"
_PICTURE = "\u241d"
_RETAIL = ("EAN13", "EAN8")
_GTIN = 14
_AROUND = re.compile(rf"\A[{read.SPACES}]+|[{read.SPACES}]+\Z")
_AROUND_AND_INSIDE = re.compile(rf"{_AROUND.pattern}|{read.BESIDE_BRACKETS.pattern}")

_AROUND_DIGITS = re.compile(rf"{_AROUND.pattern}|{read.BETWEEN_DIGITS.pattern}")


def read_auto(text: str, options: Options = DEFAULT, *, lenient: bool = False) -> Answer:
    """What a text says, whatever its form. Raises kinds of Invalid with `position` in the text.

    lenient: a person typed it. Then `^` is FNC1 in scan data too, and any space around it or beside a bracket is decoration; otherwise one
    space alone beside a value of variable length counts as a mistake, for it may stand where a character was lost.
    """
    form = _FORMS.get(text[:1]) or ("uri" if text[:4].lower() == _WEB else None)
    if form is None:
        return _begun_otherwise(text, options, lenient=lenient)
    if form == "scan" and lenient:
        text = read.with_fnc1(text)
    return _of_form(text, form, options, lenient=lenient)


def _of_form(text: str, form: Form, options: Options, *, lenient: bool) -> Answer:
    try:
        return _read(text, form, options)
    except Invalid as refusal:
        kept, places = read.without(text, _AROUND_AND_INSIDE if form == "bracketed" else _AROUND)
        if len(kept) == len(text):
            raise
        return _undecorated(text, kept, places, form, options, None if lenient else refusal)


def spelt(found: Identified, options: Options = DEFAULT) -> Answer:
    """A key with its qualifiers, written in every form."""
    pairs = found.path + found.attributes
    written = spell(pairs, path=len(found.path), options=options)
    return Answer(pairs, written.bracketed, written.element_string, written.dl_uri, written.dl_error)


def _read(text: str, form: Form, options: Options) -> Answer:
    if form in {"uri", "bracketed"}:
        return read_as(text, form, options)
    found = read_as(text.replace(_PICTURE, FNC1), form, options)
    return _with_gtin(found, options) if found.carrier in _RETAIL else found


def _with_gtin(found: Answer, options: Options) -> Answer:
    """A retail barcode with its number as the first AI; what it holds beside is its composite part."""
    gtin = (found.message or "").partition("|")[0].zfill(_GTIN)
    pairs = (("01", gtin), *found.ais)
    written = spell(pairs, composite=1 if found.ais else None, options=options)
    return Answer(
        pairs, written.bracketed, written.element_string, written.dl_uri, written.dl_error, found.carrier, found.foreign, found.message
    )


def _begun_otherwise(text: str, options: Options, *, lenient: bool) -> Answer:
    """What begins with a space, a digit or a letter."""
    start = len(text) - len(text.lstrip(read.SPACES))
    if start == len(text):
        raise NotRecognised(position=0)
    with counted_from(start):
        if start:
            return read_auto(text[start:], options, lenient=lenient)
        spelling = read.spelling_of(text)
        if spelling is not Spelling.ELEMENTS:
            return spelt(read.identify(text, options), options)
        if read.beginning(text.rstrip(read.SPACES)) is not Spelling.DIGITS:
            return _of_form(text, "element", options, lenient=lenient)
        kept, places = read.without(text, _AROUND_DIGITS)
        return _undecorated(text, kept, places, "element", options, None)


def _undecorated(text: str, kept: str, places: list[int], form: Form, options: Options, first: Invalid | None) -> Answer:
    """A text without its decoration. places: where its characters stood; first: why it was refused with it, for programs."""
    try:
        found = _read(kept, form, options)
    except Invalid as refusal:
        if first is not None:
            raise first from None
        position = refusal.params["position"]
        refusal.params["position"] = places[position] if position < len(places) else len(text.rstrip(read.SPACES))
        raise
    if first is not None and _may_be_a_mistake(text, form, found):
        raise first
    return found


def _may_be_a_mistake(text: str, form: Form, found: Answer) -> bool:
    """Whether the only decoration is one run of spaces, not before a bracket, and a value could have had one character more."""
    pattern = _AROUND_AND_INSIDE if form == "bracketed" else _AROUND
    ends = [match.end() for match in pattern.finditer(text)]
    if len(ends) > 1 or text.startswith("(", ends[0]):
        return False
    return any((rule := RULES[ai]) is None or rule.shortest < rule.longest for ai, _ in found.ais)
