"""EPC URNs (`urn:epc:id:`, `urn:epc:class:`, `urn:epc:idpat:`, read also `urn:epc:tag:`) from and to GS1 Digital Links.

Source: EPC Tag Data Standard 2.3, pure identity and tag URIs; CBV 2.0 event hash, canonical identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from app.identify import check_digit, key_values, keys
from app.identify import prefix_length as lengths
from app.identify.refusals import NoEpcUrn, NotAnEpcUrn, OpenPattern, RawBits, WrongPath

CANONICAL = "https://id.gs1.org"


class Parts(NamedTuple):
    """An EPC URN taken apart.

    ai, value: key and its class part with check digit; instance_ai: AI of what makes it one instance, `ai` again when it is appended
    to the value (GRAI, GDTI, GCN), "" for a class; value and instance: still escaped as in the URN.
    """

    ai: str
    value: str
    instance_ai: str = ""
    instance: str = ""


class _Digits(NamedTuple):
    """A scheme whose company prefix and reference are `digits` digits together; longest: characters of the instance."""

    ai: str
    digits: int
    instance_ai: str = ""
    longest: int = 0
    leading: str = ""
    indicator: bool = False  # the first digit of the reference stands before the company prefix in the key


_DIGITS = {
    "id:sgtin": _Digits("01", 13, "21", 20, indicator=True),
    "id:upui": _Digits("01", 13, "235", 28, indicator=True),
    "class:lgtin": _Digits("01", 13, "10", 20, indicator=True),
    "id:sscc": _Digits("00", 17, indicator=True),
    "id:sgln": _Digits("414", 12, "254", 20),
    "id:pgln": _Digits("417", 12),
    "id:grai": _Digits("8003", 12, "8003", 16, leading="0"),
    "id:gdti": _Digits("253", 12, "253", 17),
    "id:sgcn": _Digits("255", 12, "255", 12),
    "id:gsrn": _Digits("8018", 17),
    "id:gsrnp": _Digits("8017", 17),
    "id:gsin": _Digits("402", 16),
    "idpat:sgtin": _Digits("01", 13, indicator=True),
    "idpat:upui": _Digits("01", 13, indicator=True),
    "idpat:grai": _Digits("8003", 12, leading="0"),
    "idpat:gdti": _Digits("253", 12),
    "idpat:sgcn": _Digits("255", 12),
}
_TEXT = {"id:giai": "8004", "id:ginc": "401"}
_OTHER = {("8006", "21"): "id:itip", ("8006", ""): "idpat:itip", ("8010", "8011"): "id:cpi", ("8010", ""): "idpat:cpi"}
_BUILT = {
    **{(rule.ai, rule.instance_ai): scheme for scheme, rule in reversed(_DIGITS.items())},  # the first of a key wins: idpat:sgtin
    **{(ai, ""): scheme for scheme, ai in _TEXT.items()},
    **_OTHER,
    ("414", ""): "id:sgln",
}
"""Key AI and AI of the instance to the scheme that writes them."""


class _Tag(NamedTuple):
    """What a binary encoding can hold of a scheme.

    serial: bits of an integer instance, 0 for all that the scheme allows; zeros: the instance is digits and leading zeros count; both: bits
    of company prefix and integer reference together, 0 for any reference.
    """

    scheme: str
    serial: int = 0
    zeros: bool = False
    both: int = 0


_TAGS = {
    "sgtin-96": _Tag("id:sgtin", serial=38),
    "sgtin-198": _Tag("id:sgtin"),
    "sscc-96": _Tag("id:sscc"),
    "sgln-96": _Tag("id:sgln", serial=41),
    "sgln-195": _Tag("id:sgln"),
    "grai-96": _Tag("id:grai", serial=38),
    "grai-170": _Tag("id:grai"),
    "giai-96": _Tag("id:giai", both=82),
    "giai-202": _Tag("id:giai"),
    "gsrn-96": _Tag("id:gsrn"),
    "gsrnp-96": _Tag("id:gsrnp"),
    "gdti-96": _Tag("id:gdti", serial=41),
    "gdti-113": _Tag("id:gdti", zeros=True),
    "gdti-174": _Tag("id:gdti"),
    "cpi-96": _Tag("id:cpi", serial=31, both=51),
    "cpi-var": _Tag("id:cpi", serial=40),
    "sgcn-96": _Tag("id:sgcn", zeros=True),
    "itip-110": _Tag("id:itip", serial=38),
    "itip-212": _Tag("id:itip"),
}

_RAW = "urn:epc:raw:"
_TAG_HEAD = "urn:epc:tag:"
_TAG = re.compile(r"urn:epc:tag:(?:(?:\[[a-z]+=[^\[\]]*\])+:)?(?:([a-z]+-(?:[0-9]{2,3}|var)):(?:[0-7]\.(.*))?)?", re.DOTALL)
_INTEGER = re.compile(r"0|[1-9][0-9]{0,20}")
_HEAD = re.compile(r"urn:epc:([a-z]+:[a-z]+):")
_URN = re.compile(r"urn:epc:([a-z]+:[a-z]+):([0-9]{6,12})\.(.*)", re.DOTALL)
_OPEN_PATTERN = re.compile(r"urn:epc:idpat:[a-z]+:(?:[0-9]{6,12}\.(?:(?:[^.*]+\.)*(?=\*\.))?)?(\*(?:\.\*)*)")  # open before the instance
_ITIP = re.compile(r"([0-9]{1,7})\.([0-9]{2})\.([0-9]{2})\.(.+)", re.DOTALL)
_CPI = re.compile(r"((?:[0-9A-Z-]|%2[3Ff])+)\.(\*|[1-9][0-9]{0,11})")
_ESCAPED = r"%(?:2[125-9A-Fa-f]|3[0-9A-Fa-f]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa])"
_SERIAL = re.compile(rf"(?:[!'()*+,\-.0-9:;=A-Z_a-z]|{_ESCAPED})+")
_DIGITS_ONLY = re.compile(r"[0-9]+")
_IN_URN = {ord(character): f"%{ord(character):02X}" for character in '"#%&/<>?'}
_TO_ESCAPE = {ord(character): f"%{ord(character):02X}" for character in "!()*+,:"}
_LONGEST_TEXT = 30


def to_canonical(urn: str) -> str:
    """The canonical Digital Link URI of an EPC URN, as the CBV 2.0 event hash wants it.

    Check digit added, `! ( ) * + , :` escaped, other characters and escapes as they are, an SGLN extension of 0 dropped.
    Raises NotAnEpcUrn, also for schemes without a GS1 key (gid, usdod, adi, bic, imovn), and RawBits for `urn:epc:raw:`.
    """
    parts = take_apart(urn)
    if parts is None:
        raise _refusal(urn)
    base = f"{CANONICAL}/{parts.ai}/{parts.value.translate(_TO_ESCAPE)}"
    if not parts.instance_ai:
        return base
    instance = parts.instance.translate(_TO_ESCAPE)
    return base + instance if parts.instance_ai == parts.ai else f"{base}/{parts.instance_ai}/{instance}"


def stated_length(urn: str) -> int | None:
    """How many digits of company prefix an EPC URN states, 6 to 12; None when it is no URN that `to_canonical` reads."""
    match = _URN.fullmatch(_pure(urn) or urn)
    return len(match[2]) if match is not None and take_apart(urn) is not None else None


def build(path: Iterable[tuple[str, str]], *, prefix_length: int, kind: str = "auto") -> str:
    """The EPC URN of a Digital Link path: `urn:epc:id:`, of a lot `urn:epc:class:lgtin:`, of a class `urn:epc:idpat:` ending in `*`.

    path: AI and unescaped value, the key first, as in `DigitalLink.path`; prefix_length: digits of the company prefix, 6 to 12, which no
    other spelling states; kind: `id`, `class` or `idpat` asks for that one. A URN has no place for CPV (22) and lot beside a serial: they
    are left out, as in the identity of an item. Raises NoEpcUrn (GMN, payment slip, CPV alone, service instance, UIC and what the kind
    has no URN for), WrongPrefixLength, WrongPath, and what is wrong with a value.
    """
    pairs = tuple(path)
    sequence = tuple(ai for ai, _ in pairs)
    if sequence not in keys.SEQUENCES:
        raise WrongPath(key=sequence[0] if sequence else "", sequence="/".join(sequence), position=0)
    ai, base, instance_ai, instance = _narrowed(pairs, kind)
    scheme = _BUILT.get((ai, instance_ai))
    if kind == "idpat" and sequence[-1] == "235":
        scheme = "idpat:upui"
    if scheme is None or (kind != "auto" and not scheme.startswith(f"{kind}:")) or (kind == "auto" and sequence == ("01", "22")):
        raise NoEpcUrn(path="/".join(sequence), kind=kind, position=0)
    prefix, *parts = _divided(scheme, base, prefix_length)
    if scheme.startswith("idpat:"):
        parts.append("*")
    elif instance_ai or ai == "414":
        parts.append(instance.translate(_IN_URN) if instance_ai else "0")
    return ".".join((f"urn:epc:{scheme}:{prefix}", *parts))


def take_apart(urn: str) -> Parts | None:
    """The key and the instance of an EPC URN; None when it is of no scheme with a GS1 key, or its parts do not fit the scheme."""
    match = _URN.fullmatch(urn)
    if match is None:
        pure = _pure(urn)
        return take_apart(pure) if pure is not None and _limit_at(urn) is None else None
    scheme, prefix, rest = match.groups()
    rule = _DIGITS.get(scheme)
    if rule is not None:
        return _of_digits(rule, prefix, rest, pattern=scheme.startswith("idpat:"))
    if scheme in _TEXT:
        fits = _SERIAL.fullmatch(rest) and len(prefix) + characters(rest) <= _LONGEST_TEXT
        return Parts(_TEXT[scheme], prefix + rest) if fits else None
    if scheme in ("id:itip", "idpat:itip"):
        return _itip(prefix, rest, pattern=scheme == "idpat:itip")
    if scheme in ("id:cpi", "idpat:cpi"):
        return _cpi(prefix, rest, pattern=scheme == "idpat:cpi")
    return None


def characters(escaped: str) -> int:
    """How many characters a well-formed escaped text stands for."""
    return len(escaped) - 2 * escaped.count("%")


def _of_digits(rule: _Digits, prefix: str, rest: str, *, pattern: bool) -> Parts | None:
    reference, dot, instance = rest.partition(".")
    if len(prefix) + len(reference) != rule.digits or (reference and not (reference.isascii() and reference.isdigit())):
        return None
    body = reference[0] + prefix + reference[1:] if rule.indicator else rule.leading + prefix + reference
    value = body + check_digit.digit(body)
    if pattern:
        return Parts(rule.ai, value) if instance == "*" else None
    if not rule.instance_ai:
        return None if dot else Parts(rule.ai, value)
    if rule.ai == "414" and instance == "0":
        return Parts(rule.ai, value)
    alphabet = _DIGITS_ONLY if rule.ai == "255" else _SERIAL
    if not alphabet.fullmatch(instance) or characters(instance) > rule.longest:
        return None
    return Parts(rule.ai, value, rule.instance_ai, instance)


def _itip(prefix: str, rest: str, *, pattern: bool) -> Parts | None:
    match = _ITIP.fullmatch(rest)
    if match is None:
        return None
    reference, piece, total, serial = match.groups()
    if len(prefix) + len(reference) != _DIGITS["id:sgtin"].digits or not "00" < piece <= total:
        return None
    body = reference[0] + prefix + reference[1:]
    value = body + check_digit.digit(body) + piece + total
    if pattern:
        return Parts("8006", value) if serial == "*" else None
    if not _SERIAL.fullmatch(serial) or characters(serial) > _DIGITS["id:sgtin"].longest:
        return None
    return Parts("8006", value, "21", serial)


def _cpi(prefix: str, rest: str, *, pattern: bool) -> Parts | None:
    match = _CPI.fullmatch(rest)
    if match is None:
        return None
    reference, serial = match.groups()
    if len(prefix) + characters(reference) > _LONGEST_TEXT or (serial == "*") is not pattern:
        return None
    return Parts("8010", prefix + reference) if pattern else Parts("8010", prefix + reference, "8011", serial)


def _narrowed(pairs: tuple[tuple[str, str], ...], kind: str) -> tuple[str, str, str, str]:
    """Key AI, class part of its value, AI and value of what makes it one instance ("" for none); `kind` may ask for lot or class."""
    (ai, value), *qualifiers = pairs
    split = key_values.split_key(ai, value)
    if split is None or not all(key_values.fits(each, text) for each, text in qualifiers):
        _refuse_value(pairs)
    base, appended = split
    if kind == "idpat":
        return ai, base, "", ""
    if appended:
        return ai, base, ai, appended
    narrower = [pair for pair in qualifiers if pair[0] == "10" or (pair[0] != "22" and kind != "class")]
    return (ai, base, *narrower[-1]) if narrower else (ai, base, "", "")


def _refuse_value(pairs: tuple[tuple[str, str], ...]) -> NoReturn:
    from app.identify import elements  # the whole table of AIs, only to say what is wrong

    for ai, value in pairs:
        elements.check_value(elements.known(ai), value)
    raise NoEpcUrn(path="/".join(ai for ai, _ in pairs), kind="auto", position=0)


def _divided(scheme: str, base: str, length: int) -> list[str]:
    """Company prefix, reference and what else of a key stands in its URN, escaped, without check digit."""
    rule = _DIGITS.get("id:sgtin" if scheme.endswith(":itip") else scheme)
    start = 0 if rule is None else rule.indicator or len(rule.leading)
    prefix = base[start : start + length]
    end = len(base) - 1 if rule is None else start + rule.digits - int(rule.indicator)  # a reference of any length is never empty
    lengths.check(base, base[start:end], length, position=start, least=lengths.SHORTEST_IN_EPC)
    if rule is None:
        return [prefix, base[length:].translate(_IN_URN)]
    first = base[:1] if rule.indicator else ""
    reference = first + base[start + length : start + rule.digits - len(first)]
    return [prefix, reference, base[14:16], base[16:]] if scheme.endswith(":itip") else [prefix, reference]


def _pure(urn: str) -> str | None:
    """The pure identity URN that a tag URI of a known binary encoding stands for, whatever it can hold; None for any other text."""
    match = _TAG.fullmatch(urn)
    if match is None or match[2] is None or match[1] not in _TAGS:
        return None
    return f"urn:epc:{_TAGS[match[1]].scheme}:{match[2]}"


def _limit_at(urn: str) -> int | None:
    """Where a tag URI names what its binary encoding cannot hold; None when it fits."""
    match = _TAG.fullmatch(urn)
    if match is None or match[2] is None:
        return None
    tag = _TAGS[match[1]]
    prefix, _, rest = match[2].partition(".")
    reference = rest.partition(".")[0]
    serial = rest.rpartition(".")[2]
    if tag.both and not _is_integer(reference, tag.both - (10 ** len(prefix) - 1).bit_length()):
        return match.start(2) + len(prefix) + 1
    if (tag.serial and not _is_integer(serial, tag.serial)) or (tag.zeros and not _DIGITS_ONLY.fullmatch(serial)):
        return len(urn) - len(serial)
    return None


def _is_integer(text: str, bits: int) -> bool:
    return _INTEGER.fullmatch(text) is not None and int(text).bit_length() <= bits


def _refusal(urn: str) -> NotAnEpcUrn:
    if urn.startswith(_RAW):
        return RawBits(position=len("urn:epc:"))
    open_pattern = _OPEN_PATTERN.fullmatch(urn)
    if open_pattern is not None:
        return OpenPattern(position=open_pattern.start(1))
    return NotAnEpcUrn(position=_wrong_in_tag(urn) if urn.startswith(_TAG_HEAD) else _wrong_at(urn))


def _wrong_at(urn: str) -> int:
    """The first place where a URN leaves its scheme: the scheme itself, the company prefix, the reference, or a character after it."""
    head = _HEAD.match(urn)
    if head is None:
        return 0
    if head[1] not in _DIGITS and head[1] not in _TEXT and head[1] not in _OTHER.values():
        return head.start(1)
    whole = _URN.fullmatch(urn)
    if whole is None:
        return head.end()
    reference, dot, _ = whole[3].partition(".")
    start = whole.start(3)
    rule = _DIGITS.get(head[1])
    if rule is None or len(whole[2]) + len(reference) != rule.digits or not dot:
        return start
    digits = _DIGITS_ONLY.match(urn, start)
    if reference and (digits is None or digits.end() < start + len(reference)):
        return digits.end() if digits else start
    start += len(reference) + 1
    good = _SERIAL.match(urn, start)
    return good.end() if good and rule.instance_ai else start


def _wrong_in_tag(urn: str) -> int:
    pure = _pure(urn)
    if pure is None:
        tag = _TAG.match(urn)
        if tag is None or tag[1] in _TAGS:
            return tag.end() if tag else 0
        return max(tag.start(1), len("urn:epc:"))
    limit = _limit_at(urn)
    return min(_wrong_at(pure) + len(urn) - len(pure), len(urn)) if take_apart(pure) is None or limit is None else limit
