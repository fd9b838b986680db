"""One meaning, several spellings: words of the Core Business Vocabulary and identifiers of an event, as they are compared and answered.

The sealed event keeps the sender's spelling. Here it is made bare and canonical, to be judged and compared, and spelled again as
the asker wants it. Only the fields of the standard are touched: what stands in extensions and master data of a lot is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache, lru_cache, partial
from hashlib import sha256
from re import IGNORECASE
from re import compile as pattern
from typing import Any

from app.capture import items
from app.capture.binding import xml_only
from app.capture.canonical import jcs
from app.capture.contexts import Context
from app.capture.vocabulary import vocabularies, word
from app.errors import Refusal
from app.identify import company_prefix, epc_urn
from app.identify.escape import escape_path, unescape_path
from app.identify.item_key import CANONICAL, ItemKey, beside, item_key

__all__ = [
    "CBV_HASH", "EpcFormat", "Event", "Lengths", "WordForm", "canonical_event", "content_digest", "facets", "json_words", "link", "place",
    "spelled", "spelled_uri", "stated", "urn", "word",
]  # fmt: skip

Event = dict[str, Any]
Lengths = Callable[[str, str], int | None]
"""AI of a key and its value to the digits of its company prefix, None when unknown; `Prefixes.length_in` is one."""


class EpcFormat(StrEnum):
    """How an asker wants identifiers of GS1 spelled (EPCIS 2.0 REST binding, header GS1-EPC-Format)."""

    NO_PREFERENCE = "No_Preference"
    ALWAYS_GS1_DIGITAL_LINK = "Always_GS1_Digital_Link"
    ALWAYS_EPC_URN = "Always_EPC_URN"
    NEVER_TRANSLATES = "Never_Translates"


class WordForm(StrEnum):
    """How an asker wants words of the vocabulary spelled in XML (EPCIS 2.0 REST binding, header GS1-CBV-XML-Format)."""

    NO_PREFERENCE = "No_Preference"
    ALWAYS_WEB_URI = "Always_Web_URI"
    ALWAYS_URN = "Always_URN"
    NEVER_TRANSLATES = "Never_Translates"


_TYPED = {
    "bizTransactionList": ("bizTransactionType", "bizTransaction"),
    "sourceList": ("sourceOrDestinationType", "source"),
    "destinationList": ("sourceOrDestinationType", "destination"),
}
_EPCS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_ADDRESSES = ("deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
"""Fields of sensors that say where something is to be found: an address of somebody's, or an identifier of GS1."""

Word = Callable[[str, str], str]
"""Vocabulary and text to the text that is to stand there."""
Name = Callable[[str], str]
"""Identifier to the identifier that is to stand there."""


# ---------------------------------------------------------------------------------------------------------------- words


@cache
def _forms(vocabulary: str) -> tuple[str, str]:
    """What stands before a word of a vocabulary in XML: as a URN, as a web URI."""
    entry = vocabularies()[vocabulary]
    # Components and sensor types have no URN; GS1's XML examples write them as CURIEs, whose prefix every document declares.
    urn = entry.urn or entry.curie
    return urn, entry.curie if vocabulary in {"measurementType", "sensorAlertType"} else entry.web


def json_words(event: Event) -> Event:
    """The event with the words of the vocabulary bare, as the JSON binding wants them; the same object when nothing changes."""
    changed: Event = {}
    for field in ("bizStep", "disposition"):
        text = event.get(field)
        if text is not None and isinstance(text, str) and ":" in text:
            changed[field] = word(field, text)
    for field in _TYPED:
        value = event.get(field)
        if value is not None and _has_full_type(value):
            changed[field] = _RESPELL[field](value, word, _as_is)
    for field in ("persistentDisposition", "errorDeclaration", "sensorElementList"):
        if field in event:
            changed[field] = _RESPELL[field](event[field], word, _as_is)
    return _changed(event, changed) if changed else event


def _as_is(uri: str) -> str:
    return uri


def _no_word(_vocabulary: str, text: str) -> str:
    return text


def _has_full_type(value: Any) -> bool:
    """Whether a type in a list may be anything but a bare word: the quick answer for the events of every day."""
    if not isinstance(value, list):
        return False
    for each in value:
        text = each.get("type") if isinstance(each, dict) else None
        if isinstance(text, str) and ":" in text:
            return True
    return False


# ----------------------------------------------------------------------------------------------- the structure of an event


def _changed(value: Event, changed: Event) -> Event:
    """A copy of an object with changed members in their old places; the object itself when none differs."""
    differing = {name: member for name, member in changed.items() if member != value[name]}
    return {**value, **differing} if differing else value


def _members(value: Any, changes: Iterable[tuple[str, Callable[[str], str]]]) -> Any:
    """An object with some texts changed, the object itself when none differs."""
    if not isinstance(value, dict):
        return value
    return _changed(value, {field: change(value[field]) for field, change in changes if isinstance(value.get(field), str)})


def _names(value: Any, _word: Word, name: Name) -> Any:
    if isinstance(value, str):
        return name(value)
    return [name(each) if isinstance(each, str) else each for each in value] if isinstance(value, list) else value


_IDENTIFIER = pattern(r"urn:epc:|https?://id\.gs1\.org/", IGNORECASE).match


def _address(name: Name) -> Name:
    """What becomes of an address: one on anybody's own host is no spelling of an identifier, whatever its path looks like."""
    return lambda uri: name(uri) if _IDENTIFIER(uri) else uri


def _addresses(value: Any, word_of: Word, name: Name) -> Any:
    return _names(value, word_of, _address(name))


def _quantities(value: Any, _word: Word, name: Name) -> Any:
    return [_members(each, (("epcClass", name),)) for each in value] if isinstance(value, list) else value


def _place(value: Any, _word: Word, name: Name) -> Any:
    return _members(value, (("id", name),))


def _typed(field: str) -> Callable[[Any, Word, Name], Any]:
    vocabulary, inner = _TYPED[field]

    def change(value: Any, word_of: Word, name: Name) -> Any:
        changes = (("type", partial(word_of, vocabulary)), (inner, name))
        return [_members(each, changes) for each in value] if isinstance(value, list) else value

    return change


def _states(value: Any, word_of: Word, _name: Name) -> Any:
    if not isinstance(value, dict):
        return value
    lists = {field: found for field, found in value.items() if field in {"set", "unset"} and isinstance(found, list)}
    spelled_anew = {
        field: [word_of("disposition", each) if isinstance(each, str) else each for each in found] for field, found in lists.items()
    }
    return _changed(value, spelled_anew)


def _declaration(value: Any, word_of: Word, _name: Name) -> Any:
    return _members(value, (("reason", partial(word_of, "errorReason")),))


def _sensors(value: Any, word_of: Word, name: Name) -> Any:
    if not isinstance(value, list):
        return value
    names: list[tuple[str, Name]] = [("deviceID", name), *((field, _address(name)) for field in _ADDRESSES)]
    words = (("type", "measurementType"), ("exception", "sensorAlertType"), ("component", "component"))
    report = names + [(field, partial(word_of, vocabulary)) for field, vocabulary in words]

    def element(each: Any) -> Any:
        if not isinstance(each, dict):
            return each
        changed = {"sensorMetadata": _members(each["sensorMetadata"], names)} if "sensorMetadata" in each else {}
        reports = each.get("sensorReport")
        if isinstance(reports, list):
            changed["sensorReport"] = [_members(one, report) for one in reports]
        return _changed(each, changed)

    return [element(each) for each in value]


def _one_word(vocabulary: str) -> Callable[[Any, Word, Name], Any]:
    return lambda value, word_of, _name: word_of(vocabulary, value) if isinstance(value, str) else value


_RESPELL: dict[str, Callable[[Any, Word, Name], Any]] = {
    "bizStep": _one_word("bizStep"),
    "disposition": _one_word("disposition"),
    "persistentDisposition": _states,
    **{field: _typed(field) for field in _TYPED},
    "errorDeclaration": _declaration,
    "sensorElementList": _sensors,
    "parentID": _names,
    **dict.fromkeys(_EPCS, _names),
    **dict.fromkeys(_QUANTITIES, _quantities),
    "readPoint": _place,
    "bizLocation": _place,
    "transformationID": _names,
    "certificationInfo": _addresses,
}
"""Standard fields with words or identifiers in them, and how each is written anew."""


def _respelled(event: Event, word_of: Word, name: Name) -> Event:
    return _changed(event, {field: change(event[field], word_of, name) for field, change in _RESPELL.items() if event.get(field)})


# ------------------------------------------------------------------------------------------------------------ one identity


_PLAIN = rb"[0-9A-Za-z_.\-]+"
_ODD = pattern(
    rb'"(?=[uUgchH])(?:[uU][rR][nN]:[eE][pP][cC](?!global:cbv:bt:)|gs1:|cbv:|(?:http|HTTP)(?!s://id\.gs1\.org/'
    rb"(?:01/[0-9]{14}(?:/(?:21|10)/" + _PLAIN + rb')?|414/[0-9]{13}(?:/254/(?!0")' + _PLAIN + rb")?"
    rb"|(?:00|253|255|401|402|417|8003|8004|8017|8018)/" + _PLAIN + rb')"))'
).search
"""In JSON text: the beginning of a string that may be a word or an identifier in a spelling that is not canonical."""


def canonical_event(event: Event, text: bytes | None = None) -> Event:
    """The event with bare words and every identifier of a standard field canonical; the same object when nothing changes.

    What a link says beside the identity of an item (another lot, an expiry date) is a statement of the event and stays.
    text: the event as JSON in UTF-8 without needless escapes, as `jcs` and orjson write it, where the caller has it: then the usual event
    of a kilobyte costs 3 microseconds.
    """
    if text is not None and _ODD(text) is None:
        return event
    return _respelled(event, word, _stating)


def _stating(uri: str) -> str:
    """The canonical spelling of an identifier with all that it says, on the host that it names."""
    text = place(uri)
    link = text is not uri and uri[:4].lower() == "http"
    found = beside(uri) if link else ()
    if link and text.startswith(CANONICAL):
        text = f"https://{uri.split('/', 3)[2].lower()}{text[len(CANONICAL) :]}"
    return f"{text}?{'&'.join(f'{ai}={escape_path(value)}' for ai, value in found)}" if found else text


@lru_cache(maxsize=4096)
def place(uri: str) -> str:
    """The canonical spelling of an identifier of a place or of anything else; what is no GS1 key as it is."""
    return item_key(uri).text


CBV_HASH = "ni:///sha-256;"
"""How an eventID begins that is computed from the event."""


_NAMED_BY_US = pattern(rb'"truyxuat:|%[89A-F][0-9A-F][^":]*":').search


def content_digest(event: Event, text: bytes | None = None, context: Context | None = None) -> bytes:
    """16 bytes that are equal for equal content, however spelled and bound: see decision 0003.

    text: `jcs(event)` where the caller has it; context: of the document, or None where names of extensions mean nothing.
    """
    if text is None or _NAMED_BY_US(text):
        named = xml_only.from_json(event, own_fields=True)
        if named != event:  # what XML alone can say, as our JSON answers say it
            event, text = named, None
    canonical = canonical_event(event, text)
    given = event.get("eventID")
    hashed = given is None or (isinstance(given, str) and given.startswith(CBV_HASH))
    # The frame that a bare event came in; a name that is none; a time that is ours to say, where the event has any name, as in our answers.
    aside = ("@context", *(("eventID",) if hashed else ()), *(("recordTime",) if given is not None else ()))
    left_out = [name for name in aside if name in event]
    if left_out:
        canonical = {name: value for name, value in canonical.items() if name not in left_out}
    content = text if text is not None and canonical is event else jcs(canonical)
    if context is not None:
        content += _namespaces(content, context.extended(event["@context"]) if "@context" in event else context)
    return sha256(content).digest()[:16]


_PREFIXES = pattern(rb'"@?([^":\\\x00-\x1f]+):|"([^":\\\x00-\x1f]+)":').finditer
_FEW = 8


def _namespaces(content: bytes, context: Context) -> bytes:
    """What the prefixes and names in an event mean that are not those of the standard; nothing for an event without any."""
    own = context.own
    if not own or (len(own) <= _FEW and not any(name in content for name in own)):
        return b""
    used = {match[1] or match[2] for match in _PREFIXES(content)}
    meant = {name.decode("utf-8", "surrogatepass"): own[name] for name in used if name in own}
    return jcs(meant) if meant else b""


def facets(event: Mapping[str, Any], keys: Iterable[ItemKey] | None = None) -> Iterator[tuple[str, str]]:
    """(field, value) of what the top-level resources list, some perhaps twice; the event has good shape.

    keys: the keys of its items, where the caller has them.
    """
    event = items.usual(event)
    yield "eventType", event["type"]
    for field in ("bizStep", "disposition"):
        text = event.get(field)
        if text:
            yield field, word(field, text)
    for field in ("readPoint", "bizLocation"):
        found = event.get(field)
        if found:
            yield field, place(found["id"])
    for key in (item_key(uri) for uri, _ in items.named(event)) if keys is None else keys:
        yield "issuer", str(key.issuer)


# ---------------------------------------------------------------------------------------------------------------- answers


def spelled(event: Event, *, binding: str, epcs: EpcFormat, words: WordForm, lengths: Lengths | None = None, whole: bool = True) -> Event:
    """The event as an asker wants it; the same object when nothing changes.

    binding: `json`, `xml-2.0` or `xml-1.2`; JSON has bare words whatever `words` says. lengths: what is known of company prefixes; an EPC
    URN states their length, a link does not, so a link without a known one stays a link. What an event's own URNs state is used where
    nobody knows better. What becomes equal in a list of items stands there once. whole: see `urn`.
    """
    name = _name(event, epcs, lengths, whole=whole)
    if binding == "json":
        return json_words(event) if name is _as_is else _each_once(event, _respelled(event, word, name))
    return _each_once(event, _respelled(event, _WORD_OF[words], name))


def _each_once(event: Event, made: Event) -> Event:
    """A respelled event without items that stand in a list twice because their spellings became one: the schema refuses such lists."""
    changed = [field for field in _EPCS if isinstance(made.get(field), list) and made[field] is not event[field]]
    folded = {field: list(dict.fromkeys(made[field])) for field in changed if all(isinstance(each, str) for each in made[field])}
    return _changed(made, folded) if folded else made


def spelled_uri(uri: str, epcs: EpcFormat, lengths: Lengths | None = None, *, whole: bool = True) -> str:
    """One identifier as an asker wants it, as `spelled` does for events: for lists of items and places, and ids of master data."""
    if epcs is EpcFormat.ALWAYS_GS1_DIGITAL_LINK:
        return link(uri)
    return urn(uri, lengths, whole=whole) if epcs is EpcFormat.ALWAYS_EPC_URN and lengths is not None else uri


def _name(event: Event, epcs: EpcFormat, lengths: Lengths | None, *, whole: bool) -> Name:
    if epcs is EpcFormat.ALWAYS_GS1_DIGITAL_LINK:
        return link
    if epcs is EpcFormat.ALWAYS_EPC_URN:
        told = stated(event)

        def known(ai: str, value: str) -> int | None:
            found = None if lengths is None else lengths(ai, value)
            return told.length_in(ai, value) if found is None else found

        return lambda uri: urn(uri, known, whole=whole)
    return _as_is


def link(uri: str) -> str:
    """An EPC URN as its canonical Digital Link; anything else, links of other domains too, as it is."""
    return item_key(uri).text if uri[:8].lower() == "urn:epc:" else uri


_LINK = pattern(r"https?://", IGNORECASE).match


def urn(uri: str, lengths: Lengths, *, whole: bool = True) -> str:
    """A Digital Link of any domain as EPC URN; as it is when it is none, when no URN exists for its key, or when the length is not known.

    The host goes. whole: a link that says more than a URN can (a lot beside a serial number, a query with dates or weights) stays too;
    else the URN names its item, as whoever demands URNs wants.
    """
    if not _LINK(uri) or (whole and ("?" in uri or beside(uri))):
        return uri
    text = item_key(uri).text
    if not text.startswith(CANONICAL):
        return uri
    steps = text[len(CANONICAL) + 1 :].split("/")
    path = [(steps[at], unescape_path(steps[at + 1])) for at in range(0, len(steps) - 1, 2)]
    length = lengths(*path[0]) if path else None
    if length is None:
        return uri
    try:
        return epc_urn.build(path, prefix_length=length)
    except Refusal:  # a key without URN, or a prefix that is not of this key: the link says the same
        return uri


_STATED = pattern(r"urn:epc:(?:id|class|idpat):([a-z]+):([0-9]{6,12})\.").match


def stated(event: Event) -> company_prefix.Prefixes:
    """The company prefixes that the EPC URNs of an event state; of two that contradict each other, none."""
    found: set[str] = set()

    def note(uri: str) -> str:
        match = _STATED(uri)
        if match is not None and epc_urn.stated_length(uri) is not None:
            found.add(match[2])
        return uri

    _respelled(event, _no_word, note)
    clear = {
        prefix for prefix in found if not any(other != prefix and (other.startswith(prefix) or prefix.startswith(other)) for other in found)
    }
    return company_prefix.Prefixes({prefix: len(prefix) for prefix in clear})


def _as_urn(vocabulary: str, text: str) -> str:
    bare = word(vocabulary, text)
    return _forms(vocabulary)[0] + bare if bare in _words(vocabulary) else text


def _as_web_uri(vocabulary: str, text: str) -> str:
    bare = word(vocabulary, text)
    return _forms(vocabulary)[1] + bare if bare in _words(vocabulary) else text


def _as_sent(vocabulary: str, text: str) -> str:
    """As it was captured; a bare word is none in XML, so it is written out."""
    return text if ":" in text else _as_urn(vocabulary, text)


@cache
def _words(vocabulary: str) -> frozenset[str]:
    return frozenset(vocabularies()[vocabulary].words)


_WORD_OF: dict[WordForm, Word] = {
    WordForm.NO_PREFERENCE: _as_urn,  # the spelling that readers of EPCIS 1.2 know too, and of GS1's XML examples
    WordForm.ALWAYS_URN: _as_urn,
    WordForm.ALWAYS_WEB_URI: _as_web_uri,
    WordForm.NEVER_TRANSLATES: _as_sent,
}
