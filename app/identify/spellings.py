"""One text read, and everything it can be written as: brackets, element string and canonical Digital Link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from app.errors import Invalid, Refusal
from app.identify import dictionary, digital_link, element_string, scan_data
from app.identify.element_string import FNC1

Pair = tuple[str, str]
Form = Literal["bracketed", "element", "scan", "uri"]


@dataclass(frozen=True, slots=True)
class Options:
    """How strictly a text is read.

    unknown_ais: AIs that are not in the table pass where their length is known; requisites: refuse AIs whose companions are missing;
    short_gtin: a Digital Link may carry a GTIN of 8, 12 or 13 digits; unknown_attributes: with `unknown_ais`, they may also stand in the
    query of a Digital Link.
    """

    unknown_ais: bool = False
    requisites: bool = True
    short_gtin: bool = False
    unknown_attributes: bool = False


DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Spellings:
    """The same elements written three ways; `dl_uri` is None where none can be built, and `dl_error` says why."""

    bracketed: str
    element_string: str
    dl_uri: str | None
    dl_error: Refusal | None


@dataclass(frozen=True, slots=True)
class Answer:
    r"""A text understood.

    ais: AI and value in the order of the text; bracketed: with `|` before the composite part; element_string: FNC1 written as `^`, also
    the first, None where there are no AIs; carrier: name of the symbology, of scan data only; foreign: query pairs of a Digital Link
    that are no AIs, as they are written there; message: what the symbol holds, of scan data only (plain text that would begin with
    FNC1 has a backslash before it).
    """

    ais: tuple[Pair, ...]
    bracketed: str
    element_string: str | None
    dl_uri: str | None
    dl_error: Refusal | None
    carrier: str | None = None
    foreign: tuple[str, ...] = ()
    message: str | None = None


def spell(pairs: Iterable[Pair], *, composite: int | None = None, path: int = 0, options: Options = DEFAULT) -> Spellings:
    """Write elements that were already checked; no value is looked at again.

    composite: how many of them stand before the composite part, None without one; path: how many are the path of the Digital Link they
    were read from, 0 when the path is to be chosen.
    """
    listed = tuple(pairs)
    cut = len(listed) if composite is None else composite
    parts = (listed[:cut], listed[cut:]) if composite is not None else (listed,)
    how = digital_link.Reading(associations=False, unknown=options.unknown_ais and options.unknown_attributes)
    uri, error = None, None
    try:
        if path:
            link = digital_link.DigitalLink("", "", listed[:path], listed[path:], ())
            uri = digital_link.canonical(link, how)
        else:
            uri = digital_link.from_elements(listed, how=how)
    except Invalid as refusal:
        error = refusal
    return Spellings("|".join(map(element_string.bracketed, parts)), "|".join(map(_elements, parts)), uri, error)


def read_as(text: str, form: Form, options: Options = DEFAULT) -> Answer:
    r"""Read a text as one form and spell it in the others.

    form: `bracketed` `(01)…(10)…`; `element` with `^` or U+001D for FNC1; `scan` with symbology identifier; `uri` a Digital Link.
    Raises kinds of Invalid with `position` in the text; NotADigitalLink only when the text has no scheme of the web, so is plain text.
    """
    if form == "uri":
        how = digital_link.Reading(
            short_gtin=options.short_gtin, associations=options.requisites, unknown=options.unknown_ais and options.unknown_attributes
        )
        link = digital_link.parse(text, how)
        foreign = tuple(f"{name}={value}" for name, value in link.foreign)
        return _answer(link.path + link.attributes, options, path=len(link.path), foreign=foreign)
    if form == "scan":
        scan = scan_data.parse(text)
        return _answer(scan.pairs, options, carrier=scan.carrier, message=scan.message)
    pairs = element_string.parse(
        text.replace("^", FNC1) if form == "element" else text, associations=options.requisites, unknown=options.unknown_ais
    )
    return _answer(pairs, options)


def _answer(
    pairs: tuple[Pair, ...],
    options: Options,
    *,
    path: int = 0,
    carrier: str | None = None,
    foreign: tuple[str, ...] = (),
    message: str | None = None,
) -> Answer:
    if not pairs:
        return Answer((), "", None, None, None, carrier, foreign, message)
    spelt = spell(pairs, path=path, options=options)
    return Answer(pairs, spelt.bracketed, spelt.element_string, spelt.dl_uri, spelt.dl_error, carrier, foreign, message)


def _elements(pairs: tuple[Pair, ...]) -> str:
    parts = []
    for ai, value in pairs:
        entry = dictionary.entry(ai)
        parts.append(f"{ai}{value}" if entry is not None and entry.fixed else f"{ai}{value}^")
    return "^" + "".join(parts).removesuffix("^")
