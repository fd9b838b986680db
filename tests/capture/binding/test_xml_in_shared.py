"""The published XSDs, examples and event hashes as judges of what we read, where they are at hand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.capture.binding.xml_in import read_xml
from app.capture.hashes.event_hash import CBV_2_0, CBV_2_1, context_of, event_hash, prehash
from tests import SHARED
from tests.capture.binding.xml_samples import BEGIN, EVERY_FIELD_2_0, document, event, query_document, sbdh

pytestmark = pytest.mark.skipif(SHARED is None, reason="the published XSDs and examples are not at hand")

_STANDARD = (SHARED or Path()) / "epcis-standard"
_VECTORS = (SHARED or Path()) / "event-hash-vectors"
_FILES = {"EPCISDocument": "epcis", "EPCISQueryDocument": "epcis-query", "EPCISMasterDataDocument": "epcis-masterdata"}


@cache
def _schema(version: str, kind: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_STANDARD / f"xsd-{version}" / f"EPCglobal-{_FILES[kind]}-{version.replace('.', '_')}.xsd")))


def valid(raw: bytes) -> bool:
    """The verdict of the XSD of the document's own version."""
    tree = etree.fromstring(raw)
    name = etree.QName(tree)
    version = "1.2" if str(name.namespace).endswith("1") else "2.0"
    return bool(_schema(version, name.localname).validate(tree))


def examples() -> list[bytes]:
    """The published examples without their document types, which are refused, and without capture jobs."""
    found = sorted(_STANDARD.glob("examples-xml-*/**/*.xml"))
    return [path.read_bytes().replace(b"<!DOCTYPE project>", b"") for path in found if path.parent.name != "CaptureJob"]


_OLD = (
    f"<QuantityEvent>{BEGIN}<epcClass>urn:c</epcClass><quantity>5</quantity><bizStep>urn:b</bizStep></QuantityEvent>"
    f"<ObjectEvent>{BEGIN}<baseExtension><eventID>urn:uuid:1</eventID><errorDeclaration><declarationTime>2026-01-01T00:00:00Z"
    "</declarationTime></errorDeclaration><extension><certificationInfo>urn:c</certificationInfo></extension></baseExtension><epcList/>"
    "<action>ADD</action><extension><quantityList><quantityElement><epcClass>urn:c</epcClass><quantity>5.5</quantity></quantityElement>"
    "</quantityList><ilmd><ex:b>1</ex:b></ilmd><extension><persistentDisposition><set>urn:x</set></persistentDisposition></extension>"
    f"</extension></ObjectEvent><extension><TransformationEvent>{BEGIN}<inputEPCList/></TransformationEvent></extension>"
)


def documents() -> list[bytes]:
    """Examples, and documents of our own with what no example has."""
    header = f"<EPCISHeader>{sbdh()}</EPCISHeader>"
    own = [
        document(EVERY_FIELD_2_0 + f"<extension><ex:Inspection>{BEGIN}</ex:Inspection></extension>", header=header),
        document(_OLD, version="1.2", header=header),
        query_document(f"<EventList>{event()}</EventList>"),
        query_document("<VocabularyList/>", version="1.2"),
    ]
    return examples() + own * 3


def test_every_published_example_is_taken() -> None:
    for raw in documents():
        assert valid(raw)
        assert read_xml(raw).findings == []


# ------------------------------------------------------------------------------------------------ mutants

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_VALUES = [
    "",
    "x",
    "urn:a",
    "5",
    "-1",
    "1e3",
    "2020-02-30T00:00:00Z",
    "2020-02-03T00:00:00",
    "ADD",
    "MOVE",
    " ADD ",
    "%zz",
    "a b",
    "0a0",
    "é",
]
_NAMES = ["foo", "{urn:y}foo", "extension", "action", "epcList", "id", "{urn:epcglobal:epcis:xsd:2}foo", "baseExtension", "eventID"]
_ATTRIBUTES = ["foo", "{urn:y}foo", "type", "id", f"{_XSI}schemaLocation", f"{_XSI}nil"]

Change = Callable[[random.Random, Any, Any], None]


def _shuffle(dice: random.Random, node: Any, _all: Any) -> None:
    children = list(node)
    dice.shuffle(children)
    node[:] = children


def _move(dice: random.Random, node: Any, _all: Any) -> None:
    parent = node.getparent()
    parent.remove(node)
    parent.insert(dice.randrange(len(parent) + 1), node)


def _rename(dice: random.Random, node: Any, _all: Any) -> None:
    node.tag = dice.choice(_NAMES)


def _tail(dice: random.Random, node: Any, _all: Any) -> None:
    node.tail = dice.choice(["x", " "])


def _text(dice: random.Random, node: Any, _all: Any) -> None:
    node.text = dice.choice(["x", " "] if len(node) else _VALUES)


def _graft(dice: random.Random, node: Any, everything: Any) -> None:
    chosen = dice.choice(everything)
    if node not in list(chosen.iter()):
        node.append(deepcopy(chosen))


def _attribute(dice: random.Random, node: Any, _all: Any) -> None:
    if node.attrib and dice.random() < 0.6:
        name = dice.choice(list(node.attrib))
        if dice.random() < 0.5:
            del node.attrib[name]
        else:
            node.attrib[name] = dice.choice(_VALUES)
    else:
        node.set(dice.choice(_ATTRIBUTES), dice.choice(["true", "x y", "urn:a"]))


_INSIDE: list[Change] = [
    lambda _dice, node, _all: node.getparent().remove(node),
    lambda _dice, node, _all: node.getparent().insert(node.getparent().index(node), deepcopy(node)),
    _move,
    _rename,
    _tail,
]
_ANYWHERE: list[Change] = [
    _text,
    _attribute,
    _graft,
    _shuffle,
    lambda dice, node, _all: node.insert(dice.randrange(len(node) + 1), etree.Element(dice.choice(_NAMES))),
    lambda _dice, node, _all: node.clear(keep_tail=True) if len(node) else None,
]


def mutant(dice: random.Random, raw: bytes) -> bytes:
    """A document with one or two places changed."""
    tree = etree.fromstring(raw)
    for _ in range(dice.choice([1, 1, 2])):
        everything = [node for node in tree.iter() if isinstance(node.tag, str)]
        node = dice.choice(everything)
        dice.choice(_ANYWHERE + (_INSIDE if node is not tree else []))(dice, node, everything)
    return etree.tostring(tree)


_TWICE_IN_A_DECLARATION = {"declarationTime", "reason", "correctiveEventIDs"}


def _is_listed(raw: bytes) -> bool:
    """Whether a difference is one of those that `schemas/DIVERGENCES.md` lists: JSON has room for one of them only."""
    faults = read_xml(raw).findings
    return all(
        (fault.code == "xml.repeated" and fault.params["element"] in _TWICE_IN_A_DECLARATION and "/errorDeclaration/" in fault.pointer)
        or (fault.code == "xml.wrong-order" and fault.params["element"] == "StandardBusinessDocumentHeader")
        for fault in faults
    )


def test_mutants_of_the_examples_get_the_verdict_of_the_xsd() -> None:
    dice, bases = random.Random(952), documents()  # noqa: S311  # mutants, no secrets
    verdicts: Counter[bool] = Counter()
    for _ in range(400):
        raw = mutant(dice, dice.choice(bases))
        verdict = valid(raw)
        verdicts[verdict] += 1
        if (not read_xml(raw).findings) != verdict:
            assert verdict, raw.decode()
            assert _is_listed(raw), raw.decode()
    assert min(verdicts.values()) > 120


# ------------------------------------------------------------------------------------------------ event hashes


@pytest.mark.parametrize("path", sorted(_VECTORS.glob("*/*.xml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("profile", [CBV_2_0, CBV_2_1])
def test_the_event_hashes_of_the_vectors_come_out_through_our_reading(path: Path, profile: str) -> None:
    document_ = read_xml(path.read_bytes(), lenient=True).document
    context = context_of(document_["@context"], xml=True)
    events = document_["epcisBody"]["eventList"]
    assert [prehash(each, context, profile) for each in events] == _lines(path, profile, "prehashes")
    assert [event_hash(each, context, profile) for each in events] == _lines(path, profile, "hashes")


def _lines(path: Path, profile: str, kind: str) -> list[str]:
    return path.with_name(f"{path.name}.{profile}.{kind}").read_text("utf-8").splitlines()
