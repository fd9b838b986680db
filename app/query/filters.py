"""The filters of a question, read from its parameters; pure.

Every parameter must be understood: one that is left out silently would answer another question than was asked.
Source: EPCIS 2.0, section 8.2.7.1; the OpenAPI file of the REST binding (lists are divided by `|`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.capture import spelling, times
from app.errors import Invalid
from app.identify.item_key import ItemKey, item_key
from app.identify.read import identify
from app.query.refusals import QueryParameterLater, QueryParameterUnknown, QueryParameterWrong, TooComplex

Pairs = tuple[tuple[str, str], ...]
"""Names and values of parameters as they were given."""

MOST_VALUES = 500
"""Values named in one question, all parameters together."""

MOST_ITEMS = 50
"""Items looked for in one question: each is a range of the index of its own."""

ACTIONS = ("ADD", "OBSERVE", "DELETE")

_COLUMNS = {
    "eventType": "kind",
    "EQ_action": "action",
    "EQ_bizStep": "biz_step",
    "EQ_disposition": "disposition",
    "EQ_readPoint": "read_point",
    "EQ_bizLocation": "biz_location",
}
_TIMES = ("GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime")
_OTHERS = ("EQ_eventID", "MATCH_anyEPC")

KNOWN = (*_COLUMNS, *_TIMES, *_OTHERS)
"""Parameters that filter."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LATER = re.compile(
    r"EQ_persistentDisposition_(?:un)?set|WD_(?:readPoint|bizLocation)|MATCH_(?:epc|parentID|(?:in|out)putEPC|(?:epc|(?:in|out)putEPC|anyEPC)Class)|"
    r"EXISTS_(?:errorDeclaration|sensorElementList)|(?:GE|LT)_(?:errorDeclaration_?Time|startTime|endTime|time)|"
    r"EQ_(?:transformationID|errorReason|correctiveEventID|type|deviceID|dataProcessingMethod|microorganism|chemicalSubstance|bizRules)|"
    r"EQ_(?:string|hexBinary|uri|boolean)Value|(?:EQ|GT|GE|LT|LE)_(?:quantity|percRank)|"
    r"orderBy|orderDirection|eventCountLimit|maxEventCount|@context|"
    # families with a name of somebody's, a type or a unit in them
    r"(?:EQ|GT|GE|LT|LE|EXISTS)_\S*[:#]\S+|EQ_(?:bizTransaction|source|destination)_\S+|(?:HASATTR|EQATTR|EQ_ATTR)_\S+|"
    r"(?:EQ|GT|GE|LT|LE)_(?:value|minValue|maxValue|meanValue|sDev|percValue|quantity)_[A-Z0-9]{2,4}"
)
"""Parameters of the standard that this version does not answer."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What events of an answer have; all of it, and of each list one.

    columns: name of a column of `event` and the canonical values it may have; event_time, record_time: microseconds from (inclusive) and
    to (exclusive), None for no limit; epcs: items of which one stands in a field for instances.
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    event_time: tuple[int | None, int | None] = (None, None)
    record_time: tuple[int | None, int | None] = (None, None)
    event_ids: tuple[str, ...] | None = None
    epcs: tuple[ItemKey, ...] | None = None


def read(pairs: Iterable[tuple[str, str]]) -> Filters:
    """The filters that parameters name. Raises QueryParameterUnknown, QueryParameterLater, QueryParameterWrong, TooComplex."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in KNOWN:
            raise (QueryParameterLater if is_standard(name) else QueryParameterUnknown)(
                pointer=f"?{name}", name=name[:80], known=", ".join(KNOWN)
            )
        given.setdefault(name, []).append(value)
    lists = {name: _listed(name, values) for name, values in given.items() if name not in _TIMES}
    found = sum(map(len, lists.values()))
    if found > MOST_VALUES:
        raise TooComplex(found=found, limit=MOST_VALUES)
    columns = tuple((column, _canonical(name, lists[name])) for name, column in _COLUMNS.items() if name in lists)
    start, end, recorded, recorded_end = (_instant(name, given[name]) if name in given else None for name in _TIMES)
    items = lists.get("MATCH_anyEPC")
    return Filters(
        columns=columns,
        event_time=(start, end),
        record_time=(recorded, recorded_end),
        event_ids=tuple(lists["EQ_eventID"]) if "EQ_eventID" in lists else None,
        epcs=None if items is None else _items(items),
    )


def is_standard(name: str) -> bool:
    """Whether a name is a query parameter of EPCIS, of one of its families too."""
    return name in KNOWN or _LATER.fullmatch(name) is not None


def _listed(name: str, values: Sequence[str]) -> list[str]:
    """The values of a list, which may also be repeated."""
    found = list(dict.fromkeys(part.strip() for value in values for part in value.split("|")))
    if "" in found:
        raise QueryParameterWrong(pointer=f"?{name}", name=name, given="|".join(values)[:80], expected="a|b")
    return found


def _canonical(name: str, values: Sequence[str]) -> tuple[str, ...]:
    if name == "EQ_action":
        wrong = next((value for value in values if value not in ACTIONS), None)
        if wrong is not None:
            raise QueryParameterWrong(pointer=f"?{name}", name=name, given=wrong[:40], expected=", ".join(ACTIONS))
        return tuple(values)
    return tuple(canonical(_COLUMNS[name], value) for value in values)


def canonical(column: str, value: str) -> str:
    """A value as the column holds it: the bare word, the canonical identifier of a place."""
    if column in {"biz_step", "disposition"}:
        return spelling.word("bizStep" if column == "biz_step" else column, value)
    return spelling.place(uri_of(value)) if column in {"read_point", "biz_location"} else value


def uri_of(text: str) -> str:
    """An identifier as a URI: out of an element string, brackets or digits as a scanner gives them; what is none as it is."""
    if _SCHEME.match(text):
        return text
    try:
        return identify(text).canonical
    except Invalid:  # it names nothing, and so finds nothing
        return text


def _items(values: Sequence[str]) -> tuple[ItemKey, ...]:
    if len(values) > MOST_ITEMS:
        raise TooComplex(found=len(values), limit=MOST_ITEMS)
    pattern = next((value for value in values if "*" in value or value.startswith("urn:epc:idpat:")), None)
    if pattern is not None:  # what a pattern matches is another question, which the index of items cannot answer
        raise QueryParameterWrong(
            pointer="?MATCH_anyEPC", name="MATCH_anyEPC", given=pattern[:80], expected="urn:epc:id:… / https://id.gs1.org/…"
        )
    return tuple({key[:3]: key for key in (item_key(uri_of(value)) for value in values)}.values())


def _instant(name: str, values: Sequence[str]) -> int:
    # A plus sign that nobody encoded arrives as a blank.
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", values[0].strip())
    try:
        if len(values) == 1:
            return times.micros(text)
    except (ValueError, OverflowError):
        pass
    raise QueryParameterWrong(pointer=f"?{name}", name=name, given=" ".join(values)[:40], expected="2026-06-12T19:30:00.000+07:00")
