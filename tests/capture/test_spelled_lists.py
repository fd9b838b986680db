"""Answers in one spelling: which company prefix counts, and what becomes equal in a list."""

from __future__ import annotations

from typing import Any

import pytest

from app.capture import spelling
from app.capture.canonical import jcs
from app.capture.contexts import context_of
from app.capture.spelling import EpcFormat, WordForm
from tests.builders import CONTEXT, object_event

LINK, URN = "https://id.gs1.org/01/09521002000016/21/X", "urn:epc:id:sgtin:9521002.000001.X"
OTHER_LENGTH = "urn:epc:id:sgtin:95210020.00001.A"


def answered(event: dict[str, Any], epcs: EpcFormat, length: int | None = None) -> list[str]:
    """The epcList of an answer to an asker who knows a length, or none."""
    lengths = None if length is None else (lambda _ai, _value: length)
    made = spelling.spelled(event, binding="json", epcs=epcs, words=WordForm.NO_PREFERENCE, lengths=lengths)
    found: list[str] = made["epcList"]
    return found


def test_a_prefix_that_is_known_counts_more_than_one_that_an_event_states() -> None:
    event = object_event(epcList=[OTHER_LENGTH, LINK])

    assert answered(event, EpcFormat.ALWAYS_EPC_URN, 7) == [OTHER_LENGTH, URN]
    assert answered(event, EpcFormat.ALWAYS_EPC_URN) == [OTHER_LENGTH, "urn:epc:id:sgtin:95210020.00001.X"]


@pytest.mark.parametrize(("epcs", "only"), [(EpcFormat.ALWAYS_GS1_DIGITAL_LINK, LINK), (EpcFormat.ALWAYS_EPC_URN, URN)])
def test_one_item_in_two_spellings_is_answered_once(epcs: EpcFormat, only: str) -> None:
    event = object_event(epcList=[URN, LINK])

    assert answered(event, epcs, 7) == [only]
    assert answered(event, EpcFormat.NEVER_TRANSLATES) == [URN, LINK]


def test_what_a_prefix_means_is_content() -> None:
    def digest(event: dict[str, Any], space: str, **names: str) -> bytes:
        return spelling.content_digest(event, jcs(event), context_of([CONTEXT, {"ex": space, **names}]))

    event = object_event(**{"ex:grade": "A"})
    first = digest(event, "https://a.example/")
    assert digest(event, "https://b.example/") != first
    assert digest(event, "https://a.example/", other="https://b.example/", cbvmda="urn:epcglobal:cbv:mda:") == first
    assert digest(event, "https://a.example") == first  # as XML has it
    assert digest(object_event(), "https://a.example/") == digest(object_event(), "https://b.example/")
    alone = event | {"@context": [CONTEXT, {"ex": "https://a.example/"}]}
    assert spelling.content_digest(alone, jcs(alone), context_of(None)) == first
    assert digest(object_event(type="ex:Drying"), "https://a.example/") != digest(object_event(type="ex:Drying"), "https://b.example/")
