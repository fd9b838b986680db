"""The item key: one item, one key, however its identifier is spelled. It stands in every index row, so it is made very often.

Identity is what the CBV event hash regards as identity: any domain, no query, no CPV (22), no lot where a serial follows, GTIN of 14
digits, SGLN extension 0 dropped. What is not a GS1 key, or is a wrong one, keeps its own text as identity.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple

from app.identify import check_digit, epc_urn, key_values, keys
from app.identify.escape import escape_path, unescape_path

CANONICAL = epc_urn.CANONICAL

FOREIGN_ISSUERS = 10_000_000
"""Issuers of identifiers that are not GS1 keys begin here; GS1 issuers are the first seven digits of a key and lie below."""


class ItemKey(NamedTuple):
    """What a thing is called in indexes.

    issuer: who gave the number, the distribution key; class_key: signed 64-bit hash of the canonical class URI; instance: "" for a class
    or a key without class, else AI and value, as "21:SERIAL"; text: the canonical URI, or the URI as received when it is no GS1 key.
    """

    issuer: int
    class_key: int
    instance: str
    text: str


class _Class(NamedTuple):
    """What all instances of a class share: the beginning of their texts and of their instances, and what they are allowed to be."""

    whole: ItemKey
    text: str  # up to the instance
    instance: str  # up to the value
    longest: int
    none: str  # the instance that means the class itself


_MOST = 65_536  # classes remembered; then the memory is emptied, which costs one hash each for the next ones
_classes: dict[str, _Class] = {}

_PLAIN = r"([0-9A-Za-z_.\-]{1,20})"
_urn = re.compile(rf"urn:epc:((?:id|class):[a-z]+:[0-9]{{6,12}}\.[0-9]{{0,7}})\.{_PLAIN}").fullmatch
_gtin_link = re.compile(
    r"(?:https?|HTTPS?)://[0-9A-Za-z._~:\[\]\-]+(?:/[^?#\s]*)?/01/([0-9]{14})"
    rf"(?:/22/[0-9A-Za-z_.\-]{{1,20}})?(?:/10/{_PLAIN})?(?:/21/{_PLAIN})?(?:[?#].*)?",
    re.DOTALL,
).fullmatch
_AFTER_URN = len("urn:epc:")
_CANONICAL_GTIN = f"{CANONICAL}/01/"
_PLACES = frozenset(("01", "414", "417"))  # keys that come again and again without an instance
_REMEMBERED = {
    "id:sgtin": (20, "*"),
    "class:lgtin": (20, "*"),
    "id:sgln": (20, "0"),
    "id:grai": (16, "*"),
    "id:gdti": (17, "*"),
    "id:upui": (20, "*"),
}


def item_key(uri: str) -> ItemKey:  # noqa: PLR0911  # one flat function: each call it would be split into costs a tenth of the whole
    """The key of any URI: GS1 Digital Link of any domain, EPC URN, or anything else. Never raises.

    Measured on one core: SGTIN URNs 900,000/s, Digital Links of a GTIN 500,000/s, SSCCs 130,000/s, links with escapes 90,000/s.
    """
    match = _urn(uri)
    if match is not None:
        name, instance = match.groups()
        known = _classes.get(name) or _remember_urn(name)
        if known is not None and len(instance) <= known.longest:
            if instance == known.none:
                return known.whole
            return ItemKey(known.whole[0], known.whole[1], known.instance + instance, known.text + instance)
        return _other_urn(uri)
    match = _gtin_link(uri)
    if match is not None:
        gtin, lot, serial = match.groups()
        known = _classes.get(gtin) or _remember_gtin(gtin)
        if known is None:
            return foreign_key(uri)
        whole = known.whole
        if serial is not None:
            return ItemKey(whole[0], whole[1], "21:" + serial, f"{known.text}/21/{serial}")
        if lot is not None:
            return ItemKey(whole[0], whole[1], "10:" + lot, f"{known.text}/10/{lot}")
        return whole
    if uri[:_AFTER_URN].lower() == "urn:epc:":
        return _other_urn(uri)
    if uri[:4] in ("http", "HTTP"):
        return _other_link(uri)
    return foreign_key(uri)


_GTIN = slice(len(CANONICAL) + 4, len(CANONICAL) + 18)  # in https://id.gs1.org/01/<14 digits>/21/<serial>
_SERIAL_AT = _GTIN.stop + 4
_LONGEST_SERIAL = 20


def index_key(uri: str) -> tuple[int, int, str]:
    """The key of any URI without its text, as index rows have it: issuer, class key, instance.

    The commonest spellings, a canonical link and a URN of a class met before with a plain serial, are told without a pattern: 0.5
    microseconds instead of 2.
    """
    if uri[_GTIN.stop : _SERIAL_AT] == "/21/" and uri.startswith(_CANONICAL_GTIN):
        known, instance = _classes.get(uri[_GTIN]), uri[_SERIAL_AT:]
        if known is not None and len(instance) <= _LONGEST_SERIAL and instance.isalnum() and instance.isascii():
            return known.whole[0], known.whole[1], "21:" + instance
    elif uri.startswith("urn:epc:id:"):
        name, _, instance = uri[_AFTER_URN:].rpartition(".")
        known = _classes.get(name)
        if known is not None and instance != known.none and len(instance) <= known.longest and instance.isalnum() and instance.isascii():
            return known.whole[0], known.whole[1], known.instance + instance
    return item_key(uri)[:3]


def class_key(uri: str) -> int:
    """Signed 64-bit key of a class: the first eight bytes of the SHA-256 of its canonical URI, big-endian."""
    return int.from_bytes(sha256(uri.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)


def foreign_key(uri: str) -> ItemKey:
    """The key of what is no GS1 key: its text is its identity, its issuer is its authority or URN namespace."""
    scheme, colon, rest = uri.partition(":")
    if rest.startswith("//"):
        owner = re.split(r"[/?#]", rest[2:], maxsplit=1)[0]
    elif scheme.lower() == "urn":
        owner = f"{scheme}:{rest.partition(':')[0]}"
    else:
        owner = scheme if colon else ""
    digest = sha256(owner.encode("utf-8", "surrogatepass")).digest()
    return ItemKey(FOREIGN_ISSUERS + int.from_bytes(digest[:4], "big"), class_key(uri), "", uri)


def _known_whole(ai: str, value: str) -> _Class:
    """What the instances of a key share; remembered only where a key has instances at all, so that SSCCs do not fill the memory."""
    name = f"{ai}/{value}"
    known = _classes.get(name)
    if known is None:
        whole = _whole(ai, value)
        known = _remember(name, _Class(whole, whole.text, "", 0, ""))
    return known


def key_of_path(path: tuple[tuple[str, str], ...]) -> ItemKey | None:
    """The key of AIs and unescaped values, primary key first, as in `DigitalLink.path`; None when they are no permitted path."""
    if tuple(ai for ai, _ in path) not in keys.SEQUENCES:
        return None
    (ai, value), *qualifiers = path
    if not qualifiers:
        return _key_alone(ai, value)
    split = key_values.split_key(ai, value)
    if split is None or not all(key_values.fits(each, text) for each, text in qualifiers):
        return None
    base, _ = split  # a key that has an appended serial takes no qualifiers
    narrowest = next(((each, text) for each, text in reversed(qualifiers) if each != "22"), None)
    if narrowest is None or (ai == "414" and narrowest == ("254", "0")):
        return _known_whole(ai, base).whole
    return _instance(ai, base, *narrowest)


def _key_alone(ai: str, value: str) -> ItemKey | None:
    split = key_values.split_key(ai, value)
    if split is None:
        return None
    base, appended = split
    if appended:
        return _instance(ai, base, ai, appended)
    return _known_whole(ai, base).whole if ai in _PLACES else _whole(ai, base)


def _whole(ai: str, value: str) -> ItemKey:
    text = f"{CANONICAL}/{ai}/{escape_path(value)}"
    return ItemKey(key_values.issuer(ai, value), class_key(text), "", text)


def _instance(ai: str, value: str, instance_ai: str, instance: str) -> ItemKey:
    whole = _known_whole(ai, value).whole
    joint = "" if instance_ai == ai else f"/{instance_ai}/"
    return ItemKey(whole[0], whole[1], f"{instance_ai}:{instance}", f"{whole[3]}{joint}{escape_path(instance)}")


def _remember(name: str, known: _Class) -> _Class:
    if len(_classes) >= _MOST:
        _classes.clear()
    _classes[name] = known
    return known


def _remember_gtin(gtin: str) -> _Class | None:
    if not check_digit.is_right(gtin):
        return None
    whole = _whole("01", gtin)
    return _remember(gtin, _Class(whole, whole.text, "", 0, ""))


def _remember_urn(name: str) -> _Class | None:
    rule = _REMEMBERED.get(name[: name.rindex(":")])
    parts = epc_urn.take_apart(f"urn:epc:{name}.1") if rule is not None else None
    if rule is None or parts is None:
        return None
    whole = _whole(parts.ai, parts.value)
    joint = "" if parts.instance_ai == parts.ai else f"/{parts.instance_ai}/"
    return _remember(name, _Class(whole, whole.text + joint, f"{parts.instance_ai}:", *rule))


def _other_urn(uri: str) -> ItemKey:
    parts = epc_urn.take_apart(uri[:_AFTER_URN].lower() + uri[_AFTER_URN:])
    if parts is None:
        return foreign_key(uri)
    value = unescape_path(parts.value)
    if not parts.instance_ai:
        return _whole(parts.ai, value)
    return _instance(parts.ai, value, parts.instance_ai, unescape_path(parts.instance))


_link = re.compile(r"(?:https?|HTTPS?)://[0-9A-Za-z._~:\[\]\-]+/([^?#\s]*)(?:[?#].*)?", re.DOTALL).fullmatch
_OLD_NAMES = {
    "sscc": "00",
    "gtin": "01",
    "gdti": "253",
    "gcn": "255",
    "ginc": "401",
    "gsin": "402",
    "gln": "414",
    "party": "417",
    "grai": "8003",
    "giai": "8004",
    "itip": "8006",
    "cpid": "8010",
    "gsrnp": "8017",
    "gsrn": "8018",
    "cpv": "22",
    "lot": "10",
    "ser": "21",
}
"""The names that Digital Link 1.0 and 1.1 allowed in place of AIs; old events and labels still carry them."""


def _other_link(uri: str) -> ItemKey:
    match = _link(uri)
    if match is None:
        return foreign_key(uri)
    segments = match[1].removesuffix("/").split("/")
    if len(segments) > 1 and segments[-2] in keys.QUALIFIERS:
        return _key_alone(segments[-2], unescape_path(segments[-1])) or foreign_key(uri)
    path = _path(segments)
    return foreign_key(uri) if path is None else key_of_path(path) or foreign_key(uri)


def old_path(uri: str) -> tuple[tuple[str, str], ...] | None:
    """AIs and unescaped values of a link as Digital Link 1.0 and 1.1 allowed it: names in place of AIs, a slash at the end.

    None when it names no key so, or a wrong one.
    """
    match = _link(uri)
    path = None if match is None else _path(match[1].removesuffix("/").split("/"))
    return path if path is not None and key_of_path(path) is not None else None


_link_parts = re.compile(r"(?:https?|HTTPS?)://[^/?#\s]+/([^?#\s]*)(?:\?([^#]*))?", re.DOTALL).match


def beside(uri: str) -> tuple[tuple[str, str], ...]:
    """AIs and values that a link says beside the identity of what it names, sorted: a lot beside a serial, a CPV, data in its query.

    Empty for all else: what names no GS1 key is its own text, with everything in it.
    """
    match = _link_parts(uri)
    path = None if match is None else _path(match[1].removesuffix("/").split("/"))
    if match is None or path is None or key_of_path(path) is None:
        return ()
    narrowest = next((each for each in reversed(path[1:]) if each[0] != "22"), None)
    found = [each for each in path[1:] if each is not narrowest]
    for part in (match[2] or "").split("&"):
        name, _, value = part.partition("=")
        if name.isascii() and name.isdigit():
            found.append((name, unescape_path(value)))
    return tuple(sorted(set(found)))


def _path(segments: list[str]) -> tuple[tuple[str, str], ...] | None:
    """The AIs and values that the segments of a path end in, from the last one that is a primary key."""
    path: list[tuple[str, str]] = []
    for place in range(len(segments) - 2, -1, -2):
        ai = _OLD_NAMES.get(segments[place], segments[place])
        path.append((ai, unescape_path(segments[place + 1])))
        if ai in keys.QUALIFIERS:
            return tuple(reversed(path))
    return None
