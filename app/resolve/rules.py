"""What may be registered for a key: levels, default link, link types, languages, media types; pure.

Source: GS1-Conformant Resolver Standard 1.2, sections 2.5, 2.5.9 and 2.14, and its JSON schema of link sets, which is narrower than
RFC 9264: link types are lower-case words with hyphens or plain URIs, languages are `ll` or `ll-CC`. What is told to visitors by Accept and
Accept-Language is not so narrow: languages are kept as RFC 5646 has them, media types with parameters as RFC 9110 has them (8.3.1, 5.6.6).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.errors import Finding, Invalid
from app.identify import check_digit, digital_link, read
from app.resolve.link_types import DEPRECATED, descriptive
from app.resolve.link_types import TYPES as GS1_TYPES
from app.resolve.links import DEFAULT, VOC, Link, Registration, relation
from app.resolve.targets import target

LONGEST_TEXT = 200
"""Characters of a title or description; a phone shows a link on three lines at most."""

MOST_LINKS = 200
MOST_WORDS = 20
"""Languages or contexts of one link."""

_VALUE = r"([0-9A-Za-z_.\-]{1,20})"
_USUAL_PATH = re.compile(
    rf"(?:https://[a-z][a-z0-9]*(?:\.[a-z][a-z0-9]*)+)?/01/([0-9]{{14}})(?:/21/{_VALUE}|(?:/22/{_VALUE})?(?:/10/{_VALUE})?)"
)
"""How files name nearly every key, where the only thing left to judge is the check digit; a test compares it with the exact reader."""
_USUAL_AIS = ("01", "21", "22", "10")
_STEM = digital_link.CANONICAL_STEM
_LEGACY = digital_link.Reading(short_gtin=True)
_WORD = re.compile(r"[a-z](?:[a-z-]*[a-z])?")
_SHORT = 400
"""Characters of a link's words, title and address left aside, that are remembered."""

_RESERVED = {"anchor"}
"""A word that means something else in a link set."""
_VOCABULARY = re.compile(r"https?://[A-Za-z0-9.]+(?:/[A-Za-z0-9./]*)?")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_PARAMETER = re.compile(
    r"""[ ]*;[ ]*(?:([A-Za-z0-9!#$%&'*+.^_`|~-]+)=([A-Za-z0-9!#$%&'*+.^_`|~-]+|"(?:[ !#-\[\]-~]|\\[ -~])*"))?""", re.ASCII
)
_USUAL_TAG = re.compile(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{2}))?")
_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?((?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"((?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*)(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+)"
)
"""A well-formed tag in lower case; languages of four to eight letters, which the syntax keeps room for, have never been registered."""
_GRANDFATHERED = frozenset(
    (
        "en-GB-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo", "i-navajo", "i-pwn", "i-tao",
        "i-tay", "i-tsu", "sgn-BE-FR", "sgn-BE-NL", "sgn-CH-DE",
    )
)  # fmt: skip
"""Tags that were registered before there was a syntax, and do not follow it (RFC 5646, 2.1, `irregular`)."""
_ISO_639_2 = (
    "aar abk afr aka alb amh ara arg arm asm ava ave aym aze bak bam baq bel ben bis bod bos bre bul bur cat ces cha che chi "
    "chu chv cor cos cre cym cze dan deu div dut dzo ell eng epo est eus ewe fao fas fij fin fra fre fry ful geo ger gla gle "
    "glg glv gre grn guj hat hau heb her hin hmo hrv hun hye ibo ice ido iii iku ile ina ind ipk isl ita jav jpn kal kan kas "
    "kat kau kaz khm kik kin kir kom kon kor kua kur lao lat lav lim lin lit ltz lub lug mac mah mal mao mar may mkd mlg mlt "
    "mon mri msa mya nau nav nbl nde ndo nep nld nno nob nor nya oci oji ori orm oss pan per pli pol por pus que roh ron rum "
    "run rus sag san sin slk slo slv sme smo sna snd som sot spa sqi srd srp ssw sun swa swe tah tam tat tel tgk tgl tha tib "
    "tir ton tsn tso tuk tur twi uig ukr urd uzb ven vie vol wel wln wol xho yid yor zha zho zul"
)
_WITH_TWO_LETTERS = frozenset(_ISO_639_2.split())
"""Codes of ISO 639-2 whose languages have two letters: those alone are subtags (RFC 5646, 2.2.1), and nobody's browser asks for `vie`."""
_LONGEST_TAG = 60
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class LevelWrong(Invalid):
    """A path, Digital Link or other text names no key that links can be registered for."""

    code = "resolve.path-level"  # params: path, reason (the AIs that may not stand together)


class Judged(NamedTuple):
    """A registration as it would be kept, with what is wrong and what is only worth telling."""

    registration: Registration
    findings: tuple[Finding, ...]
    remarks: tuple[Finding, ...]


def read_path(text: str) -> tuple[tuple[str, str], ...]:
    """The key with qualifiers that a path, a Digital Link of any domain or anything else a person types names.

    Raises what the readers of identifiers raise, and LevelWrong for a level at which nothing may be registered.
    """
    usual = _USUAL_PATH.fullmatch(text)
    if usual is not None and check_digit.is_right(usual[1]):
        return tuple([pair for pair in zip(_USUAL_AIS, usual.groups(), strict=True) if pair[1]])
    if text.startswith("/"):
        link = digital_link.parse(_STEM + text.removesuffix("/"), _LEGACY)
        path, attributes = link.path, link.attributes
    else:
        named = read.identify(text)
        path, attributes = named.path, named.attributes
    if attributes:
        raise LevelWrong(path=text[:80], ais=", ".join(f"({ai})" for ai, _ in attributes))
    ais = [ai for ai, _ in path]
    extra = [ai for ai in ais if ai in {"22", "10"}] if "21" in ais else []
    if extra:
        raise LevelWrong(path=text[:80], ais=", ".join(f"({ai})" for ai in extra))
    return path


@dataclass(frozen=True, slots=True)
class Strictness:
    """What is refused, or else only told: names of the GS1 vocabulary that this program does not know; a link that is given twice."""

    unknown_types: bool = True
    twice: bool = True


STRICT = Strictness()
FILES = Strictness(unknown_types=False, twice=False)
"""The operator's files come from another resolver, perhaps one with a newer vocabulary."""


def judge(given: Registration, how: Strictness = STRICT) -> Judged:
    """A registration in the form it is kept, with findings at pointers inside it; its path was read by `read_path`.

    Texts are NFC without surrounding spaces, addresses ASCII, link types in their one spelling, languages as `vi` or `vi-VN`.
    """
    findings: list[Finding] = []
    remarks: list[Finding] = []
    description = _text(given.description, "/itemDescription", findings)
    default = None
    if given.default is not None:
        at = "/default"
        default = Link(DEFAULT, _address(given.default.href, at, findings, remarks), _text(given.default.title, f"{at}/title", findings))
    if len(given.links) > MOST_LINKS:
        findings.append(Finding("resolve.too-many-links", "/links", len(given.links), {"limit": MOST_LINKS, "count": len(given.links)}))
        return Judged(given, tuple(findings), ())
    links = tuple([_link(link, f"/links/{place}", how, findings, remarks) for place, link in enumerate(given.links)])
    hrefs = [link.href for link in links]
    if len(set(hrefs)) < len(hrefs):
        for place, link in enumerate(links):
            if link in links[:place]:
                (findings if how.twice else remarks).append(Finding("resolve.link-twice", f"/links/{place}", link.href[:80]))
    if default is not None and default.href not in hrefs:
        kind = descriptive(given.path[0][0])
        remarks.append(Finding("resolve.default-undescribed", "/default", default.href[:80], {"type": kind.removeprefix(VOC)}))
    kept = Registration(given.path, description, default, links, given.party_id, given.proven, given.several_defaults)
    return Judged(kept, tuple(findings), tuple(remarks))


def described(given: Registration) -> Registration:
    """A registration whose default link also stands under the type that says what it is, as section 2.5 wants it."""
    default = given.default
    if default is None or any(link.href == default.href for link in given.links):
        return given
    return replace(given, links=(replace(default, rel=descriptive(given.path[0][0])), *given.links))


def _link(link: Link, pointer: str, how: Strictness, findings: list[Finding], remarks: list[Finding]) -> Link:
    said = link.rel, link.type, link.hreflang, link.context
    words = _usual.get(said)
    if words is None:
        words = _usual_words(said)
    if words is not None:
        href = _address(link.href, pointer, findings, remarks)
        return Link(words[0], href, _text(link.title, f"{pointer}/title", findings), *words[1:])
    return Link(
        _relation(link.rel, f"{pointer}/rel", how, findings, remarks),
        _address(link.href, pointer, findings, remarks),
        _text(link.title, f"{pointer}/title", findings),
        _media_type(link.type, f"{pointer}/type", findings, remarks),
        _languages(link.hreflang, f"{pointer}/hreflang", findings, remarks),
        _contexts(link.context, f"{pointer}/context", findings),
    )


_Words = tuple[str, str | None, tuple[str, ...], tuple[str, ...]]
"""Link type, media type, languages and contexts of a link."""


_usual: dict[_Words, _Words] = {}
"""Words of links that need no remark, as they are kept: the links of a large file share a few of them."""

_MOST_USUAL = 4_096


def _usual_words(said: _Words) -> _Words | None:
    """Words of a link as they are kept, None when there is anything to tell about them; only good ones, which are short, are remembered."""
    told: list[Finding] = []
    rel, media_type, tongues, contexts = said
    words = _relation(rel, "", STRICT, told, told), _media_type(media_type, "", told, told), _languages(tongues, "", told, told)
    judged = (*words, _contexts(contexts, "", told))
    if told or sum(map(len, (rel, media_type or "", *tongues, *contexts))) > _SHORT:
        return None
    if len(_usual) >= _MOST_USUAL:
        _usual.clear()
    _usual[said] = judged
    return judged


def _relation(text: str, pointer: str, how: Strictness, findings: list[Finding], remarks: list[Finding]) -> str:
    rel = relation(text.strip())
    if rel == DEFAULT:
        findings.append(Finding("resolve.default-among-links", pointer, text[:80]))
    elif rel.startswith(VOC):
        name = rel.removeprefix(VOC)
        if name not in GS1_TYPES:
            near = difflib.get_close_matches(name, GS1_TYPES, 1, 0.6)
            found = Finding("resolve.link-type-unknown", pointer, text[:80], {"nearest": f"gs1:{near[0]}" if near else "gs1:pip"})
            (findings if how.unknown_types or not _VOCABULARY.fullmatch(rel) else remarks).append(found)
        elif name in DEPRECATED:
            remarks.append(Finding("resolve.link-type-deprecated", pointer, text[:80], {"type": f"gs1:{name}"}))
    elif last_word(rel) in GS1_TYPES:
        findings.append(Finding("resolve.link-type-duplicates", pointer, text[:80], {"type": f"gs1:{last_word(rel)}"}))
    elif rel in _RESERVED or not (_WORD.fullmatch(rel) or _VOCABULARY.fullmatch(rel)) or len(rel) > LONGEST_TEXT:
        findings.append(Finding("resolve.link-type-form", pointer, text[:80]))
    return rel


def last_word(rel: str) -> str:
    """The name at the end of a link type: what follows the last slash, hash or colon."""
    return re.split(r"[/#:]", rel)[-1]


def _address(href: str, pointer: str, findings: list[Finding], remarks: list[Finding]) -> str:
    found = target(href.strip(), f"{pointer}/href")
    if isinstance(found, Finding):
        findings.append(found)
        return href
    if found.href.startswith("http:"):
        remarks.append(Finding("resolve.address-plain", f"{pointer}/href", found.href[:80]))
    return found.href


def _text(text: str, pointer: str, findings: list[Finding]) -> str:
    kept = text if text.isascii() else unicodedata.normalize("NFC", text)
    kept = kept.strip()
    wrong = None if kept.isprintable() else _UNWANTED.search(kept)
    if wrong is not None:
        findings.append(
            Finding("resolve.text-character", pointer, kept[:80], {"found": f"U+{ord(wrong[0]):04X}", "place": wrong.start() + 1})
        )
    if not 1 <= len(kept) <= LONGEST_TEXT:
        findings.append(Finding("resolve.text-length", pointer, kept[:80], {"limit": LONGEST_TEXT, "length": len(kept)}))
    return kept


def _media_type(text: str | None, pointer: str, findings: list[Finding], remarks: list[Finding]) -> str | None:
    if text is None or not text.strip():
        return None
    kind, semicolon, rest = text.strip().partition(";")
    kept = kind.rstrip().lower()
    parameters = _parameters(semicolon + rest)
    if not _MEDIA_TYPE.fullmatch(kept) or parameters is None or len(text) > LONGEST_TEXT:
        findings.append(Finding("resolve.media-type", pointer, text[:80]))
    elif parameters:
        kept = "; ".join((kept, *parameters))
        remarks.append(Finding("resolve.media-type-parameters", pointer, kept[:80], {"type": kept.partition(";")[0]}))
    return kept


def _parameters(text: str) -> list[str] | None:
    """The parameters of a media type, their names in lower case; None for what are none."""
    found: list[str] = []
    place = 0
    while place < len(text):
        match = _PARAMETER.match(text, place)
        if match is None:
            return None
        if match[1]:
            found.append(f"{match[1].lower()}={match[2]}")
        place = match.end()
    return found


def _languages(texts: Sequence[str], pointer: str, findings: list[Finding], remarks: list[Finding]) -> tuple[str, ...]:
    kept: list[str] = []
    for place, text in enumerate(texts[:MOST_WORDS]):
        match = _USUAL_TAG.fullmatch(text.strip())
        tag = _tag(text.strip()) if match is None else match[1].lower() + (f"-{match[2].upper()}" if match[2] else "")
        if tag is None:
            findings.append(Finding("resolve.language", f"{pointer}/{place}", text[:40]))
            continue
        if match is None:
            remarks.append(Finding("resolve.language-narrowed", f"{pointer}/{place}", tag))
        kept.append(tag)
    return _few(kept, texts, pointer, findings)


def _tag(text: str) -> str | None:
    """A language tag in the letters that RFC 5646 recommends (2.1.1), `zh-Hant-TW`; None for what is none."""
    small = text.replace("_", "-").lower()
    match = _TAG.fullmatch(small) if len(small) <= _LONGEST_TAG else None
    if match is None:
        return next((each for each in _GRANDFATHERED if each.lower() == small), None)
    variants = [each for each in (match[1] or "").split("-") if each]
    singletons = re.findall(r"-([a-wyz0-9])(?=-)", match[2] or "")
    subtags = small.split("-")
    if len(set(variants)) < len(variants) or len(set(singletons)) < len(singletons) or subtags[0] in _WITH_TWO_LETTERS:
        return None
    named = next((place for place, each in enumerate(subtags) if len(each) == 1), len(subtags))
    return "-".join([each if not 0 < place < named else _cased(each) for place, each in enumerate(subtags)])


def _cased(subtag: str) -> str:
    return subtag.upper() if len(subtag) == 2 else subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag


def _contexts(texts: Sequence[str], pointer: str, findings: list[Finding]) -> tuple[str, ...]:
    kept = [_text(text, f"{pointer}/{place}", findings) for place, text in enumerate(texts[:MOST_WORDS])]
    return _few(kept, texts, pointer, findings)


def _few(kept: list[str], texts: Sequence[str], pointer: str, findings: list[Finding]) -> tuple[str, ...]:
    if len(texts) > MOST_WORDS:
        findings.append(Finding("resolve.too-many-words", pointer, len(texts), {"limit": MOST_WORDS, "count": len(texts)}))
    return tuple(dict.fromkeys(kept))
