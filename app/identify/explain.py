"""What is known of an identifier from the identifier alone: each part, who issued the number, and every other way to write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from app.errors import Invalid, Refusal
from app.identify import company_prefix, dictionary, digital_link, epc_binary, epc_urn, issuing, packed, read, typed
from app.identify.auto import read_auto, spelt
from app.identify.issuing import RESTRICTED, Issuer, Use
from app.identify.read import Identified, Pair, Spelling
from app.identify.refusals import WrongLength
from app.identify.spellings import DEFAULT, Answer, Options, read_as

Form = Literal["auto", "bracketed", "element", "scan", "uri", "epc"]
Length = Callable[[str, str], int | None]
"""From AI and value of a key to the digits of its company prefix, None where that is not known."""

_LEVELS = {
    "00": ("unit", ""),
    "01": ("product", "item"),
    "253": ("document_type", "document"),
    "255": ("coupon_type", "coupon"),
    "401": ("consignment", ""),
    "402": ("shipment", ""),
    "414": ("place", "place_inside"),
    "415": ("payee", "payment"),
    "417": ("party", ""),
    "8003": ("asset_type", "asset"),
    "8004": ("own_asset", ""),
    "8006": ("piece", "piece_item"),
    "8010": ("component_type", "component"),
    "8013": ("model", ""),
    "8017": ("provider", ""),
    "8018": ("recipient", ""),
}
"""What the key alone names, and what it names with an instance."""

_INSTANCE = {"253": 13, "255": 13, "8003": 14}
"""Keys whose instance is the part after so many digits."""


@dataclass(frozen=True, slots=True)
class Element:
    """One AI with its value; title: of the GS1 table, "" for an unknown AI; typed: what the value means."""

    ai: str
    title: str
    value: str
    typed: typed.Typed


@dataclass(frozen=True, slots=True)
class Explanation:
    """A text explained.

    names: what is named (`product`, `batch`, `item`, `unit`, …), None when there is no key; spelling: how the text is written, None when
    it was told; carrier: symbology, of scan data; scheme: of an EPC binary string; domain: of a web address; foreign: its query pairs
    that are no AIs; short_gtin: that address carries a GTIN of less than 14 digits, which no Digital Link should; issuer: of the key or,
    without one, of the first AI that has one; prefix_length, parts: of the same, None when the length of the company prefix is not known;
    epc_urn: None in that case and for a key without EPC.
    """

    text: str
    answer: Answer
    identified: Identified | None
    names: str | None
    spelling: Spelling | None
    carrier: str | None
    scheme: str | None
    domain: str | None
    foreign: tuple[str, ...]
    short_gtin: bool
    elements: tuple[Element, ...]
    issuer: Issuer | None
    prefix_length: int | None
    parts: company_prefix.Parts | None
    epc_urn: str | None

    @property
    def demonstration(self) -> bool:
        """Whether the number is one of those that are made for examples."""
        return self.issuer is not None and self.issuer.use is Use.DEMONSTRATION

    @property
    def restricted(self) -> bool:
        """Whether the number means something inside one company or region only."""
        return self.issuer is not None and self.issuer.use in RESTRICTED


def reader(form: Form = "auto", options: Options = DEFAULT, *, lenient: bool = False) -> Callable[[str], Answer]:
    """What reads texts of a form; `auto` finds out which, as strictly as if it had been told unless lenient. It raises kinds of Invalid."""
    if form == "auto":
        return lambda text: read_auto(text, options, lenient=lenient)
    if form == "epc":
        return lambda text: spelt(read_epc(text), options)
    return lambda text: read_as(text, form, options)


def read_epc(text: str) -> Identified:
    """The key of an EPC URN, an EPC binary string, or a web address that ends in one. Raises kinds of Invalid with `position`."""
    if text[:4].lower() == "urn:":
        return read.read_urn(text)
    return read.read_epc_link(text) if "/" in text else read.read_epc_binary(text)


def explain(
    text: str,
    form: Form = "auto",
    options: Options = DEFAULT,
    *,
    today: date,
    length_of: Length | None = None,
    lenient: bool = True,
) -> Explanation:
    """Everything that the text says by itself.

    today: decides the century of dates; length_of: known company prefixes; lenient: a person asks, so decoration and, without being told
    the form, a short GTIN in a web address pass.
    """
    found, short = _answer(text, form, options, lenient=lenient)
    spelling = _spelling(text, form)
    path = _path_of(found)
    identified = read.named(path, tuple(pair for pair in found.ais if pair not in path)) if path else None
    key = path[0] if path else next((pair for pair in found.ais if company_prefix.begins_at(pair[0]) is not None), None)
    scheme, length = _stated(text if form == "epc" else read.kept(text), spelling) if spelling else (None, None)
    if length is None and key is not None and length_of is not None:
        length = length_of(*key)
    return Explanation(
        text=text,
        answer=found,
        identified=identified,
        names=_names(path) if path else None,
        spelling=spelling,
        carrier=found.carrier,
        scheme=scheme,
        domain=_domain(text) if spelling is Spelling.LINK else None,
        foreign=tuple(filter(None, found.foreign)),
        short_gtin=short,
        elements=tuple(_element(ai, value, today) for ai, value in found.ais),
        issuer=issuing.issuer_of(*key) if key is not None else None,
        prefix_length=length,
        parts=_parts(key, length),
        epc_urn=_urn(path, length),
    )


def ai_of(refusal: Refusal) -> str | None:
    """The AI that a refusal is about, where there is one."""
    ai = refusal.params.get("ai")
    if isinstance(ai, str):
        return ai
    found = refusal.params.get("found")
    return found if refusal.code == "identify.unknown-ai" and isinstance(found, str) and found.isdigit() and len(found) < 5 else None


def place_of(refusal: Refusal) -> tuple[int | None, int]:
    """Where in the text it goes wrong, from 0, and how many characters are wrong there."""
    position, length = refusal.params.get("position"), refusal.params.get("length")
    return (position if isinstance(position, int) else None), (length if isinstance(length, int) and length > 0 else 1)


def _answer(text: str, form: Form, options: Options, *, lenient: bool) -> tuple[Answer, bool]:
    """What a text says, and whether that took a GTIN shorter than a Digital Link may carry."""
    try:
        return reader(form, options, lenient=lenient)(text), False
    except WrongLength as refusal:
        if not lenient or form != "auto" or options.short_gtin or ai_of(refusal) != "01":
            raise
        first = refusal
    try:
        return reader(form, replace(options, short_gtin=True), lenient=True)(text), True
    except WrongLength:
        raise first from None


_WRITTEN = digital_link.Reading(associations=False, unknown=True)


def _path_of(found: Answer) -> tuple[Pair, ...]:
    """The key and its qualifiers: as the Digital Link has them, else chosen among AIs in any order; nothing when none is a key."""
    if found.dl_uri is not None:
        return digital_link.parse(found.dl_uri, _WRITTEN).path
    key = next((pair for pair in found.ais if pair[0] in _LEVELS), None)
    return () if key is None else tuple(digital_link.longest_path(key, dict(reversed(found.ais))))


def _parts(key: Pair | None, length: int | None) -> company_prefix.Parts | None:
    """The key taken apart where its company prefix is known."""
    if key is None or length is None:
        return None
    try:
        return company_prefix.split(*key, length)
    except Invalid:  # a key without company prefix, or one that is shorter than what is known of it
        return None


def _element(ai: str, value: str, today: date) -> Element:
    entry = dictionary.entry(ai)
    return Element(ai, "" if entry is None else entry.title, value, typed.value(ai, value, today=today))


def _names(path: tuple[Pair, ...]) -> str:
    """What a path names."""
    (ai, value), *qualifiers = path
    kind, instance = _LEVELS[ai]
    qualified = {each for each, _ in qualifiers}
    if ai == "01" and "10" in qualified and not qualified & {"21", "235"}:
        return "batch"
    if ai == "01" and qualified == {"22"}:
        return "variant"
    if ai in {"8017", "8018"} or (ai in {"417", "8004"} and qualified):
        return kind
    return instance if instance and (qualified or len(value) > _INSTANCE.get(ai, len(value))) else kind


def _domain(text: str) -> str:
    return text.partition("://")[2].partition("/")[0]


def _spelling(text: str, form: Form) -> Spelling | None:
    if form == "epc":
        return Spelling.URN if text[:4].lower() == "urn:" else Spelling.EPC_BINARY
    return read.spelling_of(text) if form in {"auto", "uri"} else None


def _stated(text: str, spelling: Spelling) -> tuple[str | None, int | None]:
    """Binary scheme, and digits of the company prefix, where the spelling says them: EPC URNs and EPC binary strings do."""
    if spelling is Spelling.URN:
        return None, epc_urn.stated_length(text)
    if spelling is Spelling.EPC_BINARY:
        found = epc_binary.parse(packed.last_segment(text)[1])
        return found.scheme, found.prefix_length
    return None, None


def _urn(path: tuple[Pair, ...], length: int | None) -> str | None:
    if length is None or not path:
        return None
    try:
        return epc_urn.build(path, prefix_length=length)
    except Invalid:  # no EPC scheme for such a key, or the prefix is too short for one: the other spellings stand
        return None
