"""One text read, and everything it can be written as: brackets, element string and canonical Digital Link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from app.errors import Refusal
from app.identify import digital_link, element_string, packed, scan_data
from app.identify.digital_link import DigitalLink, Reading
from app.identify.element_string import FNC1
from app.identify.places import counted_from
from app.identify.refusals import NoKey, NoKeyInUri, WrongQuery

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
    return Spellings(*_spelt(tuple(pairs), composite, path, options))


def read_as(text: str, form: Form, options: Options = DEFAULT) -> Answer:
    r"""Read a text as one form and spell it in the others.

    form: `bracketed` `(01)…(10)…`; `element` with `^` or U+001D for FNC1, the first may be missing; `scan` with symbology identifier;
    `uri` a Digital Link, also compressed or ending in an EPC binary string. Raises kinds of Invalid with `position` in the text;
    NotADigitalLink only when the text has no scheme of the web, so is plain text.
    """
    if form == "uri":
        return _of_link(_link(text, _reading(options)), options)
    if form == "scan":
        return _scan(text, options)
    if form == "bracketed":
        read = element_string.read_bracketed(text, associations=options.requisites, unknown=options.unknown_ais)
    else:
        data = text.replace("^", FNC1)
        start = 1 if data.startswith(FNC1) else 0
        read = element_string.read_raw(data, start, associations=options.requisites, unknown=options.unknown_ais)
    return _answer(read.pairs, options, composite=read.linear)


def _link(uri: str, how: Reading) -> DigitalLink:
    """A web address as a Digital Link, also when its identifier is packed in the last segment."""
    try:
        return digital_link.parse(uri, how)
    except NoKeyInUri:
        unpacked = packed.unpack(uri, how)
        if unpacked is None:
            raise
        return unpacked


def _scan(text: str, options: Options) -> Answer:
    how = _reading(options)
    try:
        sent = scan_data.read(text, associations=options.requisites, unknown=options.unknown_ais, how=how)
    except NoKeyInUri:
        with counted_from(3):
            link = packed.unpack(text[3:], how)
        if link is None:
            raise
        return _of_link(link, options, carrier=scan_data.carrier_of_plain(text[:3]), message=text[3:])
    scan, found = sent.scan, sent.link
    if found is None:
        return _answer(scan.pairs, options, carrier=scan.carrier, message=scan.message)
    return _of_link(found, options, carrier=scan.carrier, message=scan.message)


def _of_link(link: DigitalLink, options: Options, *, carrier: str | None = None, message: str | None = None) -> Answer:
    pairs = link.path + link.attributes
    return _answer(pairs, options, path=len(link.path), foreign=link.ignored, carrier=carrier, message=message)


_UNKNOWN = digital_link.Reading(unknown=True)


def _reading(options: Options) -> digital_link.Reading:
    if options is DEFAULT:
        return digital_link.STRICT
    return digital_link.Reading(
        short_gtin=options.short_gtin,
        associations=options.requisites,
        unknown=options.unknown_ais,
        unknown_attributes=options.unknown_attributes,
    )


def _answer(
    pairs: tuple[Pair, ...],
    options: Options,
    *,
    composite: int | None = None,
    path: int = 0,
    carrier: str | None = None,
    foreign: tuple[str, ...] = (),
    message: str | None = None,
) -> Answer:
    if not pairs:
        return Answer((), "", None, None, None, carrier, foreign, message)
    brackets, written, uri, error = _spelt(pairs, composite, path, options)
    return Answer(pairs, brackets, written, uri, error, carrier, foreign, message)


def _spelt(pairs: tuple[Pair, ...], composite: int | None, path: int, options: Options) -> tuple[str, str, str | None, Refusal | None]:
    if composite is None:
        brackets, written = element_string.bracketed(pairs), _elements(pairs)
    else:
        parts = (pairs[:composite], pairs[composite:])
        brackets, written = "|".join(map(element_string.bracketed, parts)), "|".join(map(_elements, parts))
    if path:
        return brackets, written, digital_link.written(pairs[:path], digital_link.fixed_first(pairs[path:])), None
    how = _UNKNOWN if options.unknown_ais and options.unknown_attributes else digital_link.STRICT
    try:
        return brackets, written, digital_link.written(*digital_link.arranged(pairs, how)), None
    except (NoKey, WrongQuery) as refusal:
        return brackets, written, None, refusal


def _elements(pairs: tuple[Pair, ...]) -> str:
    return "^" + element_string.written(pairs, "^")
