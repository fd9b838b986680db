"""The CBV event hash: an interoperable identifier of an event, equal for equal events in any spelling. It is no tamper evidence.

Profiles CBV2.0 and CBV2.1 (draft) as the reference implementation of July 2026 has them. The events of every day take the fast path
here; any other structure goes through `event_hash_tree`, which gives the same text.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from app.capture.contexts import Context, context_of
from app.capture.hashes import event_hash_tree as tree
from app.capture.hashes import event_hash_values as values
from app.capture.hashes import event_hash_words as words

__all__ = ["CBV_2_0", "CBV_2_1", "Context", "context_of", "event_hash", "prehash"]

CBV_2_0 = "CBV2.0"
CBV_2_1 = "CBV2.1"

_Event = dict[str, Any]


class _Unusual(Exception):  # noqa: N818  # not an error: the event takes the other path
    """The event has a structure that the fast path does not read."""


def event_hash(event: _Event, context: Context, profile: str = CBV_2_0) -> str:
    """Event hash as a named-information URI: `ni:///sha-256;<64 hex digits>?ver=CBV2.0`.

    event: a parsed JSON-LD event of the right shape; context: of its document. Never raises for such an event.
    """
    return f"ni:///sha-256;{sha256(prehash(event, context, profile).encode('utf-8', 'surrogatepass')).hexdigest()}?ver={profile}"


def prehash(event: _Event, context: Context, profile: str = CBV_2_0) -> str:
    """Text that the event hash is computed over, in canonical order and spelling (CBV 2.0, event hash, pre-hash string)."""
    if "@context" in event:
        context = context.extended(event["@context"])
    head = f"eventType={event.get('type', '')}"
    if "sensorElementList" not in event:
        try:
            return head + _fast(event, context)
        except _Unusual:
            pass
    return head + tree.text_of(event, context, inline=profile == CBV_2_1)


def _fast(event: _Event, context: Context) -> str:
    """Text of an event without extensions inside standard properties, where both profiles agree."""
    standard: dict[str, str] = {}
    terms: list[str] = []
    others: list[tuple[str, Any]] = []
    for key, value in event.items():
        read = _READ.get(key)
        if read is not None:
            standard[key] = read(key, value, context, terms)
        elif key not in _SKIPPED:
            others.append((key, value))
    text = "".join([standard[name] for name in words.PROPERTIES if name in standard])
    if not others:
        return text
    if "errorDeclaration" in event:
        raise _Unusual  # its reason is one more term that replaces bare words
    known = set(terms)
    ends: list[str] = []
    for _, value in others:
        if not isinstance(value, str) or value.startswith(tree.VOCABULARIES):
            tree.spelled_out(value, context, known, standard=False)
    for key, value in others:
        ends += _other(key, value, context, known)
    if len(ends) > 1:
        ends.sort(key=lambda end: (not end.startswith("ilmd"), end))
    return text + "".join(ends)


def _other(key: str, value: Any, context: Context, known: set[str]) -> list[str]:
    """Texts of ilmd or of an extension of the event, one for each element of an array."""
    name = context.name(key)
    if key == "ilmd":
        if not isinstance(value, dict):
            raise _Unusual
    elif name[:1] != "{":
        raise _Unusual  # a property without namespace may sort before ilmd
    elif isinstance(value, str) and not name.endswith("List"):
        text = context.value(tree.full_term(value, known)).strip()
        return [f"{name}={values.canonical(text)}" if text else name]
    return [tree.entry(node) for node in tree.corrected(tree.nodes({key: value}, context, known))]


# ------------------------------------------------------------------------------------------------ standard properties


def _text(name: str, value: Any, context: Context, terms: list[str]) -> str:  # noqa: ARG001  # one signature for all readers
    text = _canonical(value, context)
    return f"{name}={text}" if text else ""


_few: dict[str, str] = {}
_MOST_FEW = 1024


def _one_of_few(name: str, value: Any, context: Context, terms: list[str]) -> str:
    """Property with few different values, such as the action, which are remembered."""
    if not isinstance(value, str) or (":" in value and value[0] not in "+-"):
        return _text(name, value, context, terms)
    known = _few.get(value)
    if known is None:
        known = values.canonical(value.strip())
        if len(_few) < _MOST_FEW:
            _few[value] = known
    return f"{name}={known}" if known else ""


def _time(name: str, value: Any, context: Context, terms: list[str]) -> str:  # noqa: ARG001  # one signature for all readers
    if not isinstance(value, str):
        raise _Unusual
    text = value.strip()
    return f"{name}={values.time(text)}" if text else ""


def _step(name: str, value: Any, context: Context, terms: list[str]) -> str:
    return f"{name}={_term(value, words.BIZ_STEPS, context, terms)}"


def _disposition(name: str, value: Any, context: Context, terms: list[str]) -> str:
    return f"{name}={_term(value, words.DISPOSITIONS, context, terms)}"


def _persistent(name: str, value: Any, context: Context, terms: list[str]) -> str:
    if not isinstance(value, dict) or not value.keys() <= {"set", "unset"}:
        raise _Unusual
    text = ""
    for key in ("set", "unset"):
        found = value.get(key, [])
        if not isinstance(found, list):
            raise _Unusual
        text += "".join(sorted([f"{key}={_term(each, words.DISPOSITIONS, context, terms)}" for each in found]))
    return name + text if text else ""


def _epcs(name: str, value: Any, context: Context, terms: list[str]) -> str:  # noqa: ARG001  # one signature for all readers
    if not isinstance(value, list):
        raise _Unusual
    found = [_canonical(each, context) for each in value]
    if not all(found):
        raise _Unusual
    found.sort()
    return name + "epc=" + "epc=".join(found) if found else ""


def _quantities(name: str, value: Any, context: Context, terms: list[str]) -> str:  # noqa: ARG001  # one signature for all readers
    if not isinstance(value, list):
        raise _Unusual
    found: list[str] = []
    for each in value:
        if not isinstance(each, dict) or not each.keys() <= {"epcClass", "quantity", "uom"}:
            raise _Unusual
        text = "".join([f"{key}={_canonical(each[key], context)}" for key in ("epcClass", "quantity", "uom") if key in each])
        if not text or "" in each.values():
            raise _Unusual
        found.append("quantityElement" + text)
    found.sort()
    return name + "".join(found) if found else ""


def _place(name: str, value: Any, context: Context, terms: list[str]) -> str:  # noqa: ARG001  # one signature for all readers
    if not isinstance(value, dict) or len(value) != 1 or "id" not in value:
        raise _Unusual
    text = _canonical(value["id"], context)
    return f"{name}id={text}" if text else ""


def _typed(name: str, value: Any, context: Context, terms: list[str]) -> str:
    if not isinstance(value, list):
        raise _Unusual
    inner, known = words.TYPED_LISTS[name], words.TYPES[name]
    found: list[str] = []
    for each in value:
        if not isinstance(each, dict) or len(each) != 2 or "type" not in each or inner not in each:
            raise _Unusual
        text = _canonical(each[inner], context)
        if not text:
            raise _Unusual
        found.append(f"type={_term(each['type'], known, context, terms)}{inner}={text}")
    found.sort()
    return name + "".join(found) if found else ""


def _canonical(value: Any, context: Context) -> str:
    """Canonical text of a scalar in a standard property, where no bare words stand."""
    if isinstance(value, str):
        if value.startswith("urn:epc:"):
            return values.epc(value.strip())
        full = context.value(value)
        if full.startswith(tree.VOCABULARIES):
            raise _Unusual  # one more term that replaces bare words
        return values.canonical(full.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return values.number(str(value))
    raise _Unusual


def _term(value: Any, known: words.Words, context: Context, terms: list[str]) -> str:
    """Canonical text of a vocabulary term; a full URI among them is noted, because it replaces equal bare words in extensions."""
    if not isinstance(value, str):
        raise _Unusual
    full = known.get(value)
    if full is None:
        full = context.value(value)
        if full.startswith("urn:epcglobal:cbv:"):
            return values.canonical(full.strip())
        if not full.startswith("http") or full != full.strip():
            raise _Unusual  # perhaps a word of another vocabulary that a neighbour spells out
        if not full.startswith(words.CBV):
            raise _Unusual
    terms.append(full)
    return full


_READ: dict[str, Callable[[str, Any, Context, list[str]], str]] = {
    "eventTime": _time,
    "eventTimeZoneOffset": _one_of_few,
    "epcList": _epcs,
    "parentID": _text,
    "inputEPCList": _epcs,
    "childEPCs": _epcs,
    "quantityList": _quantities,
    "childQuantityList": _quantities,
    "inputQuantityList": _quantities,
    "outputEPCList": _epcs,
    "outputQuantityList": _quantities,
    "action": _one_of_few,
    "transformationID": _text,
    "bizStep": _step,
    "disposition": _disposition,
    "persistentDisposition": _persistent,
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": _typed,
    "sourceList": _typed,
    "destinationList": _typed,
}
_SKIPPED = words.IGNORED | words.COMMENTS | {"@context"}
