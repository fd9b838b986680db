"""Vocabularies, elements and attributes of EPCIS master data: one identity in every spelling, and what may be kept; pure.

Source: EPCIS 2.0, standard vocabularies and their URIs (`urn:epcglobal:epcis:vtype:…`); CBV 2.0, master data attributes
(`urn:epcglobal:cbv:mda:…`).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.errors import Finding
from app.identify.item_key import item_key
from app.party.rules import provinces
from app.store.folding import fold

START = "urn:epcglobal:epcis:vtype:"
"""How the standard's vocabularies are kept: as EPCIS 1.2 and every XML document spell them."""

MDA = "urn:epcglobal:cbv:mda:"
"""The beginning of CBV attribute names in the spelling that both bindings take."""

_STANDARD = (
    "BusinessLocation", "BusinessStep", "BusinessTransaction", "BusinessTransactionType", "ChemicalSubstance", "Disposition", "EPCClass",
    "EPCInstance", "ErrorReason", "Location", "Microorganism", "Party", "ReadPoint", "ResourceClass", "SourceDest", "SourceDestType",
)  # fmt: skip
_NAMES = {f"{name.lower()}{end}": name for name in _STANDARD for end in ("", "id")} | {"bizlocation": "BusinessLocation"}
_VOCABULARY = re.compile(
    r"(?:urn:epcglobal:epcis:vtype:|epcis:|https?://(?:ns|ref)\.gs1\.org/(?:standards/)?epcis/(?:vtype[-/:])?)?([A-Za-z]{1,40})",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?:urn:epcglobal:cbv:mda:|cbvmda:|gs1:|https?://(?:www\.)?gs1\.org/voc/"
    r"|https?://(?:ns|ref)\.gs1\.org/(?:standards/)?(?:voc|cbv)/(?:mda[-/:])?)([A-Za-z0-9_.#\-]+)",
    re.IGNORECASE,
)

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "products": ((f"{START}EPCClass", f"{START}EPCInstance"), ("01", "8006")),
    "places": ((f"{START}BusinessLocation", f"{START}Location", f"{START}ReadPoint"), ("414",)),
    "parties": ((f"{START}Party",), ("417",)),
}
"""Kinds by the vocabularies that say so, and the application identifiers that say so where the vocabulary does not."""

OTHER = "other"
STEM = "https://id.gs1.org/"
DECIDED = frozenset(uri for uris, _ in KINDS.values() for uri in uris)
"""Vocabularies that decide the kind of their elements, whatever these are called."""

PLACE_FIELDS = ("name", "streetAddressOne", "streetAddressTwo", "city", "state", "postalCode", "countryCode", "latitude", "longitude")
PRODUCT_FIELDS = (
    "descriptionShort", "tradeItemDescription", "functionalName", "netContentDescription", "manufacturerOfTradeItemPartyName",
    "countryOfOrigin", "brandName",
)  # fmt: skip
FIELDS = {"products": PRODUCT_FIELDS, "places": PLACE_FIELDS, "parties": PLACE_FIELDS[:7], OTHER: ("name",)}
"""Attributes that the form offers by kind; any other may be added."""

_NAMED_BY = (
    "name", "descriptionShort", "productName", "functionalName", "organizationName", "physicalLocationName", "tradeItemDescription",
    "regulatedProductName", "labelDescription", "shortName",
)  # fmt: skip

LONGEST_URI = 2048
MOST_ATTRIBUTES = 500
LARGEST_ATTRIBUTES = 65_536
"""Characters of all attributes of one element as JSON."""
MOST_CHILDREN = 10_000
MOST_ELEMENTS = 50_000
"""Elements in one document."""
DEEPEST = 16
"""Levels of a nested attribute; JSON of documents has at most 32 around it."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x1f\x7f<>\"{}|\\^`]+")


def vocabulary(text: str) -> str:
    """The URI of a vocabulary type in one spelling: URN, web address, `epcis:` or bare name are one; types of others stay as they are."""
    found = _VOCABULARY.fullmatch(text)
    name = _NAMES.get(found[1].lower()) if found else None
    return text if name is None else START + name


def short(uri: str) -> str:
    """The name of a standard vocabulary without its namespace; others stay whole."""
    return uri.removeprefix(START)


def attribute_name(text: str) -> str:
    """The identity of an attribute: the bare name of a GS1 attribute in any of its spellings, any other URI as it is."""
    found = _ATTRIBUTE.fullmatch(text)
    return found[1] if found else text


def element_key(uri: str) -> str:
    """The canonical identifier of an element: the SGLN, its Digital Link at any domain and its canonical link are one place."""
    return item_key(uri).text


def kind(vocabulary_uri: str, element: str) -> str:
    """Whether an element is one of products, places, parties or something else: its vocabulary decides, else its key."""
    for name, (vocabularies, keys) in KINDS.items():
        if vocabulary_uri in vocabularies:
            return name
        if vocabulary_uri not in DECIDED and element.startswith(tuple(f"{STEM}{ai}/" for ai in keys)):
            return name
    return OTHER


class Attribute(NamedTuple):
    """One attribute as it was sent; name: its identity; value: text, number or object."""

    id: str
    value: Any

    @property
    def name(self) -> str:
        """The identity of the attribute."""
        return attribute_name(self.id)


def shown(value: Any) -> str:
    """A value for people: text as it is, numbers plain, objects and lists as `street: 12 …; city: …`."""
    if isinstance(value, Mapping):
        if "@value" in value:
            return shown(value["@value"])
        return "; ".join(f"{re.split('[:/#]', str(key))[-1]}: {shown(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    return str(value)


def named(attributes: Sequence[Attribute]) -> str:
    """What an element is called according to its attributes, "" when they do not say."""
    by_name: dict[str, str] = {}
    for attribute in attributes:
        by_name.setdefault(attribute.name, shown(attribute.value).strip())
    return next((by_name[name] for name in _NAMED_BY if by_name.get(name)), "")


def value_of(attributes: Sequence[Attribute], *names: str) -> str:
    """The first value of the first of these attributes that is there, as text; "" without any."""
    for name in names:
        for attribute in attributes:
            if attribute.name == name and shown(attribute.value).strip():
                return shown(attribute.value).strip()
    return ""


_OF_PROVINCE = re.compile(r"^(?:tinh|thanh pho|tp\.?) ")


def province_code(text: str) -> str:
    """The code of a province by its name in any case and without accents, with or without its rank in front; "" for none."""
    wanted = _OF_PROVINCE.sub("", fold(text))
    return next((code for code, name in provinces().items() if _OF_PROVINCE.sub("", fold(name)) == wanted), "")


def checksum(attributes: Sequence[Attribute], children: Sequence[str], *, removed: bool = False) -> bytes:
    """SHA-256 over what a version says, whatever its spelling and the order of differently named attributes and of children."""
    ordered = sorted(((each.name, each.value) for each in attributes), key=lambda pair: pair[0])
    said = [ordered, sorted({element_key(child) for child in children}), removed]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class Difference(NamedTuple):
    """One attribute that is not what it was: before and after are "" where it was not there."""

    name: str
    before: str
    after: str


def differences(before: Sequence[Attribute], after: Sequence[Attribute]) -> list[Difference]:
    """What changed from one version to the next, attribute by attribute in the order of the newer one."""
    old, new = _texts(before), _texts(after)
    names = [*new, *(name for name in old if name not in new)]
    return [Difference(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _texts(attributes: Sequence[Attribute]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for attribute in attributes:
        found.setdefault(attribute.name, []).append(shown(attribute.value))
    return {name: ", ".join(values) for name, values in found.items()}


def is_uri(text: Any) -> bool:
    """Whether a text can be an identifier: a scheme and something after it, without spaces, of a length that can be kept."""
    return isinstance(text, str) and len(text) <= LONGEST_URI and _URI.fullmatch(text) is not None


def element_findings(attributes: Any, children: Any, pointer: str) -> list[Finding]:
    """What is wrong with the attributes and children of one element; pointer: of the element."""
    return [*_attribute_findings(attributes, f"{pointer}/attributes"), *_child_findings(children, f"{pointer}/children")]


def _attribute_findings(attributes: Any, pointer: str) -> list[Finding]:
    if not isinstance(attributes, list):
        return [Finding("catalogue.master-attributes", pointer, str(attributes)[:80])]
    if len(attributes) > MOST_ATTRIBUTES:
        return [Finding("catalogue.master-too-many-attributes", pointer, None, {"limit": MOST_ATTRIBUTES, "found": len(attributes)})]
    found = [finding for number, each in enumerate(attributes) for finding in _one_attribute(each, f"{pointer}/{number}")]
    size = 0 if found else len(json.dumps(attributes, ensure_ascii=False))
    if size > LARGEST_ATTRIBUTES:
        found.append(Finding("catalogue.master-too-large", pointer, None, {"limit": LARGEST_ATTRIBUTES, "found": size}))
    return found


def _one_attribute(each: Any, pointer: str) -> Iterator[Finding]:
    if not isinstance(each, Mapping) or not isinstance(each.get("id"), str) or not each["id"].strip():
        yield Finding("catalogue.master-attributes", pointer, str(each)[:80])
    elif len(each["id"]) > LONGEST_URI or _unprintable(each["id"]):
        yield Finding("catalogue.master-not-uri", f"{pointer}/id", each["id"][:80], {"limit": LONGEST_URI})
    else:
        yield from _value_findings(each.get("attribute"), f"{pointer}/attribute")


def _value_findings(value: Any, pointer: str, depth: int = 1) -> Iterator[Finding]:
    if depth > DEEPEST:
        yield Finding("catalogue.master-too-deep", pointer, None, {"limit": DEEPEST})
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _value_findings(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", depth + 1)
            if _unprintable(key):
                yield Finding("catalogue.master-character", pointer, repr(key[:40]))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _value_findings(item, f"{pointer}/{number}", depth + 1)
    elif isinstance(value, str) and _unprintable(value):
        yield Finding("catalogue.master-character", pointer, repr(value[:40]))


def _child_findings(children: Any, pointer: str) -> Iterator[Finding]:
    if not isinstance(children, list):
        yield Finding("catalogue.master-children", pointer, str(children)[:80])
    elif len(children) > MOST_CHILDREN:
        yield Finding("catalogue.master-too-many-children", pointer, None, {"limit": MOST_CHILDREN, "found": len(children)})
    else:
        for number, child in enumerate(children):
            if not is_uri(child):
                yield Finding("catalogue.master-not-uri", f"{pointer}/{number}", str(child)[:80], {"limit": LONGEST_URI})


def _unprintable(text: str) -> bool:
    """Whether a text has a control character or half a surrogate pair, which XML cannot carry."""
    return not text.isprintable() and any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t\r" for char in text)
