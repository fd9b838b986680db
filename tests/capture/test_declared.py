"""Error declarations stand beside what they declare wrong, and beside what corrects it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.engine import Row

from app.capture import declared, find, refusals
from app.capture.accept import accept
from app.capture.declared import Told
from app.runtime import Runtime
from tests.builders import Enterprise, document, make_enterprise, object_event, raw, signed_in

WRONG = "urn:uuid:11111111-1111-4111-8111-111111111111"
RIGHT = "urn:uuid:22222222-2222-4222-8222-222222222222"
AT = "2026-06-13T08:00:00+07:00"


def original(**changes: Any) -> dict[str, Any]:
    return object_event(eventID=WRONG, **changes)


def declaration(
    at: str = AT, reason: str | None = "incorrect_data", correctives: tuple[str, ...] = (RIGHT,), **changes: Any
) -> dict[str, Any]:
    said = {"declarationTime": at, "reason": reason, "correctiveEventIDs": list(correctives)}
    return original(errorDeclaration={name: value for name, value in said.items() if value}, **changes)


def correction() -> dict[str, Any]:
    return object_event(eventID=RIGHT, bizStep="receiving")


def captured(on: Runtime, firm: Enterprise, *events: dict[str, Any]) -> list[int]:
    """Row ids of events of a document of an organisation."""
    return list(accept(raw(document(*events)), by=firm.actor(), on=on).row_ids)


def told(on: Runtime, firm: Enterprise, row_id: int) -> Told:
    with on.store.reading() as connection:
        row: Row[Any] = find.events_by_id(connection, firm.party_id, [row_id])[row_id]
        return declared.of_event(connection, firm.party_id, row)


def test_original_declaration_and_correction_name_each_other(on: Runtime) -> None:
    firm = make_enterprise(on)
    wrong, said, right = captured(on, firm, original(), declaration(), correction())

    (of_wrong,) = told(on, firm, wrong).declared
    of_said = told(on, firm, said).declares
    (of_right,) = told(on, firm, right).corrects

    assert of_wrong == of_said == of_right
    assert (of_wrong.row_id, of_wrong.original, of_wrong.at, of_wrong.reason) == (said, wrong, AT, "incorrect_data")
    assert [(each.event_uri, each.row_id) for each in of_wrong.correctives] == [(RIGHT, right)]
    assert of_wrong.differs == ()


def test_an_event_that_nobody_declared_wrong_has_nothing_told(on: Runtime) -> None:
    firm = make_enterprise(on)
    (row,) = captured(on, firm, correction())

    assert told(on, firm, row) == Told()


def test_a_correction_may_come_later_or_never(on: Runtime) -> None:
    firm = make_enterprise(on)
    wrong, _ = captured(on, firm, original(), declaration())

    assert told(on, firm, wrong).declared[0].correctives[0].row_id is None

    (right,) = captured(on, firm, correction())

    assert told(on, firm, wrong).declared[0].correctives[0].row_id == right


def test_a_declaration_may_come_before_its_original(on: Runtime) -> None:
    firm = make_enterprise(on)
    (said,) = captured(on, firm, declaration())

    found = told(on, firm, said).declares
    assert found is not None
    assert found.original is None

    (wrong,) = captured(on, firm, original())

    assert [each.row_id for each in told(on, firm, wrong).declared] == [said]


def test_two_declarations_of_one_event_are_both_kept(on: Runtime) -> None:
    firm = make_enterprise(on)
    wrong, *_ = captured(on, firm, original(), declaration(), declaration(at="2026-06-14T08:00:00+07:00", reason="did_not_occur"))

    assert [each.reason for each in told(on, firm, wrong).declared] == ["incorrect_data", "did_not_occur"]


def test_the_same_declaration_again_is_the_same_and_another_of_that_time_is_refused(on: Runtime) -> None:
    firm = make_enterprise(on)
    captured(on, firm, original(), declaration())

    assert accept(raw(document(declaration())), by=firm.actor(), on=on).events[0].known
    with pytest.raises(refusals.EventChanged):
        captured(on, firm, declaration(reason="did_not_occur"))


def test_a_declaration_of_somebody_elses_event_says_nothing_of_it(on: Runtime) -> None:
    firm, other = make_enterprise(on), make_enterprise(on, "HTX Khác", prefix="9521003")
    (wrong,) = captured(on, firm, original())
    (said,) = captured(on, other, declaration())

    found = told(on, other, said).declares
    assert told(on, firm, wrong) == Told()
    assert found is not None
    assert found.original is None


def test_a_declaration_that_does_not_repeat_its_event_is_kept_and_told(on: Runtime) -> None:
    firm = make_enterprise(on)
    wrong, _ = captured(on, firm, original(), declaration(bizStep="receiving", disposition=None))

    assert set(told(on, firm, wrong).declared[0].differs) == {"bizStep", "disposition"}


def test_a_declaration_in_another_spelling_repeats_its_event(on: Runtime) -> None:
    firm = make_enterprise(on)
    wrong, _ = captured(on, firm, original(), declaration(epcList=["urn:epc:id:sgtin:9521002.000001.K7M2Q9"]))

    assert told(on, firm, wrong).declared[0].differs == ()


def test_the_corrective_events_of_declarations_are_found(on: Runtime) -> None:
    firm = make_enterprise(on)
    _, _, right = captured(on, firm, original(), declaration(), correction())

    with on.store.reading() as connection:
        family = find.events_by_uri(connection, firm.party_id, WRONG)
        found = declared.corrective_events(connection, firm.party_id, family)

    assert [row.id for row in found] == [right]


def test_the_pages_lead_from_each_to_the_others(on: Runtime, client: Any) -> None:
    firm = make_enterprise(on)
    wrong, said, right = captured(on, firm, original(), declaration(), correction())
    signed_in(client, on, firm)

    pages = {row: client.get(f"/console/events/{row}").text for row in (wrong, said, right)}

    assert f'href="/console/events/{said}"' in pages[wrong]
    assert f'href="/console/events/{right}"' in pages[wrong]
    assert f'href="/console/events/{wrong}"' in pages[said]
    assert f'href="/console/events/{right}"' in pages[said]
    assert f'href="/console/events/{wrong}"' in pages[right]
    assert "its data were wrong" in pages[wrong]


def test_the_page_of_an_event_reads_words_and_places_in_any_spelling(on: Runtime, client: Any) -> None:
    firm = make_enterprise(on)
    event = object_event(
        bizTransactionList=[{"type": "https://ref.gs1.org/cbv/BTT-po", "bizTransaction": "urn:x:1"}],
        bizStep="https://ref.gs1.org/cbv/BizStep-shipping",
        readPoint={"id": "urn:epc:id:sgln:9521002.00101.0"},
    )
    (row,) = captured(on, firm, event)
    signed_in(client, on, firm)

    page = client.get(f"/console/events/{row}").text

    assert "Purchase order" in page
    assert "https://id.gs1.org/414/9521002001013" in page
    assert "urn:epc:id:sgln:9521002.00101.0" in page
