"""Documents changed in one or two places, the way senders get them wrong; the same seed makes the same mutants."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[Any, Any]
"""A list or an object, and an index or key in it."""

VALUES: list[Any] = [
    None, True, 0, 1, -1, 2.5, "", "x", "assemble", "shipping", "in_transit", "owning_party", "po", "Temperature", "ADD", "DELETE",
    "OBSERVE", "2020-01-01", "2020-01-01T00:00:00", "2020-01-01T00:00:00Z", "2020-13-01T00:00:00Z", "2020-02-30T00:00:00+07:00",
    "+07:00", "+14:30", "not a uri", "https://example.com/lô", "http://[", "urn:epc:id:sgtin:9521234.012345.1", "https://example.com/",
    "example:thing", ":", "a:", "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping",
    "https://ns.gs1.org/cbv/BizStep-shipping", "https://gs1.org/voc/Temperature", "gs1:Temperature", "KGM", "kg", "0aF", "0x", "2.0",
    "2.0.", "٢", [], {}, [[]], [{}], [1, 1.0], ["urn:a:1", "urn:a:1"], ["urn:a:1"], [{"epcClass": "urn:a:1", "quantity": 1}],
    {"id": "urn:a:1"}, [{"bizTransaction": "urn:a:1"}], {"set": ["active"]}, {"set": [], "unset": ["expired"]},
    {"declarationTime": "2020-01-01T00:00:00Z"}, [{"sensorReport": [{"type": "Temperature", "value": 3}]}],
]  # fmt: skip
NAMES = [
    "foo", "example:foo", "a:b c", "https://example.com/lô", "type", "id", "action", "epcList", "quantityList", "childEPCs",
    "childQuantityList", "parentID", "ilmd", "persistentDisposition", "transformationID", "inputEPCList", "outputQuantityList",
    "sensorElementList", "readPoint", "bizTransactionList", "errorDeclaration", "certificationInfo", "sourceList", "@context",
    "recordTime", "disposition", "epcisHeader", "epcisBody", "vocabularyList", "queryResults", "sensorMetadata", "time", "uom",
    "component", "exception", "",
]  # fmt: skip
TYPES = [
    "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent", "QuantityEvent", "example:Event",
    "https://example.com/Event", "EPCISDocument", "EPCISQueryDocument", "", 3,
]  # fmt: skip


def mutants(document: dict[str, Any], count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This many changed copies of a document; the root stays an object."""
    chance = random.Random(seed)  # noqa: S311  # repeatable, not secret
    for _ in range(count):
        mutant = copy.deepcopy(document)
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            chance.choice(CHANGES)(mutant, chance)
        yield mutant


def places(value: Any) -> list[Place]:
    """Every place below a value."""
    found: list[Place] = []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        found.append((value, key))
        found.extend(places(member))
    return found


def remove(document: Any, chance: random.Random) -> None:
    if found := places(document):
        holder, key = chance.choice(found)
        del holder[key]


def rename(document: Any, chance: random.Random) -> None:
    if found := [(holder, key) for holder, key in places(document) if isinstance(holder, dict)]:
        holder, key = chance.choice(found)
        holder[chance.choice([*NAMES, f"{key}s", key.upper()])] = holder.pop(key)


def replace(document: Any, chance: random.Random) -> None:
    if found := places(document):
        holder, key = chance.choice(found)
        holder[key] = copy.deepcopy(chance.choice(VALUES))


def empty(document: Any, chance: random.Random) -> None:
    if found := [(holder, key) for holder, key in places(document) if isinstance(holder[key], list | dict)]:
        holder, key = chance.choice(found)
        holder[key] = type(holder[key])()


def add(document: Any, chance: random.Random) -> None:
    found = [document, *(holder[key] for holder, key in places(document) if isinstance(holder[key], dict))]
    chance.choice(found)[chance.choice(NAMES)] = copy.deepcopy(chance.choice(VALUES))


def double(document: Any, chance: random.Random) -> None:
    if found := [(holder, key) for holder, key in places(document) if isinstance(holder, list)]:
        holder, key = chance.choice(found)
        holder.append(copy.deepcopy(holder[key]))


def move(document: Any, chance: random.Random) -> None:
    """One value copied to where another stood: right somewhere, wrong here."""
    if found := places(document):
        (source, from_key), (target, to_key) = chance.choice(found), chance.choice(found)
        target[to_key] = copy.deepcopy(source[from_key])


def retype(document: Any, chance: random.Random) -> None:
    holders = [holder for holder, key in places(document) if key == "type"]
    if holders:
        chance.choice(holders)["type"] = chance.choice(TYPES)


def react(document: Any, chance: random.Random) -> None:
    holders = [holder for holder, key in places(document) if key == "action"]
    if holders:
        chance.choice(holders)["action"] = chance.choice(["ADD", "OBSERVE", "DELETE", "MOVE"])


CHANGES: list[Callable[[Any, random.Random], None]] = [
    remove,
    remove,
    rename,
    replace,
    replace,
    empty,
    add,
    add,
    double,
    move,
    retype,
    react,
]
