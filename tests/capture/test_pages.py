from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from app.capture import draft
from app.capture.evidence import evidence_hash
from app.capture.sheets.sheet_file import XLSX, read
from app.clock import SetClock
from app.ledger import find as ledger
from app.ledger import note, proof_file, sequencer
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, document, make_enterprise, object_event, raw, signed_in
from tests.capture.sheets.sheets import BOXES, LYCHEE, PALLET, PLACE, as_csv, as_xlsx, harvest
from tests.label.stock import GTIN, LOT, make_stock


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def owner(client: Any, on: Runtime, firm: Enterprise) -> Any:
    return signed_in(client, on, firm)


def _upload(client: Any, content: bytes, name: str) -> Any:
    return client.post("/console/capture", data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def _record(client: Any, content: bytes, name: str) -> Any:
    """Upload, look, confirm; the page that tells what was recorded."""
    where = _upload(client, content, name).headers["Location"]
    assert client.get(where).status_code == 200
    return client.get(client.post(where).headers["Location"])


def _form(**changes: str) -> dict[str, str]:
    values = {
        "step": "commissioning",
        "time": "2026-06-12T05:30",
        "place": PLACE,
        "gtin": LYCHEE,
        "lot": "TH1",
        "quantity": "1236,5",
        "unit": "KGM",
    }
    return values | changes


FILES = [
    (raw(document(object_event(), object_event(bizStep="receiving"))), "two.json", 2),
    (raw(object_event(**{"@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"})), "bare.jsonld", 1),
    (as_csv(harvest(), harvest(lot="TH2")), "sheet.csv", 2),
    (as_xlsx(harvest()), "sheet.xlsx", 1),
]


@pytest.mark.parametrize(("content", "name", "count"), FILES)
def test_a_file_is_looked_at_confirmed_and_recorded(owner: Any, content: bytes, name: str, count: int) -> None:
    page = _record(owner, content, name)
    assert page.status_code == 200
    rows = re.findall(r'href="/console/events/(\d+)"', page.text)
    assert len(rows) == count
    listed = re.findall(r'href="/console/events/(\d+)"', owner.get("/console/events").text)
    assert sorted(listed) == sorted(rows)


def test_nothing_is_recorded_before_it_is_confirmed(owner: Any) -> None:
    where = _upload(owner, as_csv(harvest()), "a.csv").headers["Location"]
    owner.get(where)
    assert "/console/events/" not in owner.get("/console/events").text


def test_confirming_twice_records_once(owner: Any) -> None:
    where = _upload(owner, as_csv(harvest()), "a.csv").headers["Location"]
    first, second = owner.post(where), owner.post(where)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(re.findall(r'href="/console/events/(\d+)"', owner.get("/console/events").text)) == 1


def test_pasted_json_goes_the_same_way(owner: Any) -> None:
    answer = owner.post("/console/capture", data={"text": json.dumps(document(object_event()))})
    assert "Confirm and record 1 events" in owner.get(answer.headers["Location"] + "?lang=en").text
    assert owner.post(answer.headers["Location"]).status_code == 303


def test_a_sheet_with_mistakes_shows_row_and_column_and_gives_an_error_file(owner: Any) -> None:
    where = _upload(owner, as_csv(harvest(quantity="1.236"), harvest(step="bay")), "a.csv").headers["Location"]
    page = owner.get(where + "?lang=en")
    assert "Row 2, column F" in page.text
    assert "Row 3, column A" in page.text
    assert "Confirm" not in page.text
    file = owner.get(where + "/errors.xlsx?lang=en")
    assert read(file.data, XLSX).rows[0][-1] == "Errors (errors)"
    assert owner.post(where).status_code == 400
    assert "/console/events/" not in owner.get("/console/events").text


def test_a_document_with_mistakes_shows_event_pointer_and_remedy(owner: Any) -> None:
    where = _upload(owner, raw(document(object_event(), object_event(action="MOVE"))), "a.json").headers["Location"]
    page = owner.get(where + "?lang=en").text
    assert "Event 2" in page
    assert "/epcisBody/eventList/1/action" in page
    assert owner.get(where + "/errors.xlsx").status_code == 400


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"{", "a.json"),
        (b'{"a": 1, "a": 2}', "a.json"),
        (raw(document()), "a.json"),
        (b"text", "a.xlsx"),
        (b"", "a.csv"),
        (b"x", "a.pdf"),
        (b"x", ""),
        (b"step\n\x00", "a.csv"),
    ],
)
def test_a_file_that_cannot_be_read_comes_back_with_the_reason(owner: Any, content: bytes, name: str) -> None:
    answer = _upload(owner, content, name)
    assert 400 <= answer.status_code < 500
    assert 'class="summary"' in answer.text


def test_a_form_of_another_site_is_refused(owner: Any) -> None:
    for path in ("/console/capture", "/console/capture/by-hand", "/console/capture/drafts/1"):
        assert owner.post(path, data={"text": "{}"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_one_event_by_hand_is_looked_at_and_recorded(owner: Any) -> None:
    answer = owner.post("/console/capture/by-hand", data=_form(note="vụ hè"))
    assert answer.status_code == 303
    done = owner.post(answer.headers["Location"])
    row = re.findall(r'href="/console/events/(\d+)"', owner.get(done.headers["Location"]).text)[0]
    page = owner.get(f"/console/events/{row}?lang=en").text
    assert "12/06/2026 05:30 +07:00" in page
    assert "1,236.5 kg" in re.sub(r"\s+", " ", page)
    assert "vụ hè" in page


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"step": "packing", "parent": PALLET}, "AggregationEvent"),
        ({"step": "transforming", "gtin": BOXES, "input_gtin": LYCHEE, "input_lot": "TH1", "input_quantity": "9"}, "TransformationEvent"),
        ({"step": "accepting", "document_type": "inv", "document": "HD-1"}, "TransactionEvent"),
        ({"step": "installing", "parent": "(8004)9521002TL22"}, "AssociationEvent"),
        ({"serials": "A1\nA2\n\nA1", "quantity": "2"}, "ObjectEvent"),
    ],
)
def test_the_form_makes_every_type_of_event(owner: Any, changes: dict[str, str], kind: str) -> None:
    answer = owner.post("/console/capture/by-hand", data=_form(**changes))
    assert answer.status_code == 303
    assert kind in owner.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gtin": "09521001000018"}, "gtin"),
        ({"time": ""}, "time"),
        ({"time": "2027-06-12T05:30"}, "time"),
        ({"place": "1"}, "place"),
        ({"step": ""}, "step"),
        ({"quantity": "1.236"}, "quantity"),
        ({"step": "transforming"}, "input_gtin"),
        ({"step": "unpacking"}, "parent"),
        ({"step": "accepting"}, "document"),
        ({"serials": "A1\nÔ", "quantity": ""}, "serials"),
        ({"serials": "A1\nA2", "quantity": "7"}, "quantity"),
    ],
)
def test_a_mistake_in_the_form_stands_at_its_field_and_keeps_what_was_typed(owner: Any, changes: dict[str, str], field: str) -> None:
    answer = owner.post("/console/capture/by-hand", data=_form(**changes))
    assert answer.status_code == 400
    assert f'href="#f-{field}"' in answer.text
    assert 'value="TH1"' in answer.text


def test_the_form_offers_the_products_of_the_organisation(owner: Any, on: Runtime, firm: Enterprise) -> None:
    make_stock(on, firm)
    page = owner.get(f"/console/capture/by-hand?step=commissioning&gtin={GTIN}&lot={LOT}").text
    assert f'<option value="{GTIN}">' in page
    assert '<option value="commissioning" selected>' in page
    assert f'value="{LOT}"' in page


def test_a_draft_is_its_organisations_own_and_lasts_a_day(owner: Any, on: Runtime, firm: Enterprise, clock: SetClock) -> None:
    where = _upload(owner, as_csv(harvest()), "a.csv").headers["Location"]
    stranger = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003")
    with pytest.raises(draft.NoSuchDraft):
        draft.kept(int(where.rpartition("/")[2]), by=stranger.actor(), on=on)
    number = int(where.rpartition("/")[2])
    assert draft.kept(number, by=firm.actor(), on=on).name == "a.csv"
    clock.advance(timedelta(hours=25))
    with pytest.raises(draft.NoSuchDraft):
        draft.kept(number, by=firm.actor(), on=on)


def test_only_the_newest_drafts_stay(on: Runtime, firm: Enterprise) -> None:
    numbers = [draft.keep(b"x", "csv", "a.csv", by=firm.actor(), on=on) for _ in range(draft.MOST + 2)]
    for gone in numbers[:2]:
        with pytest.raises(draft.NoSuchDraft):
            draft.kept(gone, by=firm.actor(), on=on)
    assert draft.kept(numbers[2], by=firm.actor(), on=on).content == b"x"


def test_the_template_downloads(owner: Any) -> None:
    answer = owner.get("/console/capture/template.xlsx")
    assert len(read(answer.data, XLSX).rows) > 5


def test_without_events_the_page_leads_to_recording_one(owner: Any) -> None:
    page = owner.get("/console/events?lang=en").text
    assert "No events yet" in page
    assert 'class="button" href="/console/capture"' in page


@pytest.fixture
def recorded(owner: Any, on: Runtime, firm: Enterprise) -> Any:
    """A client with three events: two of a registered product, one of another."""
    make_stock(on, firm)
    _record(
        owner,
        as_csv(harvest(gtin=GTIN, lot=LOT), harvest(gtin=GTIN, lot="L2", time="12/06/2026 06:00"), harvest(gtin=BOXES, lot="X1")),
        "a.csv",
    )
    return owner


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("product=vai", 2),
        (f"product={GTIN}", 2),
        (f"product={GTIN[1:]}&lot={LOT}", 1),
        (f"product=(01){GTIN}(10){LOT}", 1),
        (f"product=https://example.com/01/{GTIN}/10/{LOT}", 1),
        ("lot=L2", 1),
        ("lot=NONE", 0),
        (f"product={PALLET}", 0),
        ("product=urn:example:thing", 0),
        ("before=1", 0),
        ("before=x", 3),
    ],
)
def test_events_are_found_by_product_and_lot(recorded: Any, query: str, count: int) -> None:
    page = recorded.get(f"/console/events?{query}").text
    assert len(set(re.findall(r'href="/console/events/(\d+)"', page))) == count


def test_a_long_list_goes_on_where_it_stopped(owner: Any) -> None:
    rows = [harvest(lot=f"L{number}") for number in range(60)]
    _record(owner, as_csv(*rows), "a.csv")
    first = owner.get("/console/events").text
    seen = re.findall(r'href="/console/events/(\d+)"', first)
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    rest = re.findall(r'href="/console/events/(\d+)"', owner.get(following[1]).text)
    assert (len(seen), len(rest), len({*seen, *rest})) == (50, 10, 60)
    assert seen == sorted(seen, key=int, reverse=True)


def _row(client: Any) -> str:
    return re.findall(r'href="/console/events/(\d+)"', client.get("/console/events").text)[0]


def test_an_event_shows_its_evidence_and_its_place_in_the_log(recorded: Any, on: Runtime) -> None:
    row = _row(recorded)
    assert "waiting for the log" in recorded.get(f"/console/events/{row}?lang=en").text
    sequencer.integrate(on=on)
    page = recorded.get(f"/console/events/{row}?lang=en").text
    assert "Hosted key: lower level" in page
    envelope = recorded.get(f"/console/events/{row}/event.json").data
    assert evidence_hash(envelope).hex() in page
    proof = recorded.get(f"/console/events/{row}/proof")
    assert proof.headers["Content-Disposition"].endswith('.tlog-proof"')
    with on.store.reading() as connection:
        entry, vkey = ledger.proof(connection, int(row)).entry, ledger.origin_and_vkey(connection)[1]
    assert proof_file.verify(proof.text, entry, note.Verifier.parse(vkey)).size >= 1


def test_the_proof_of_an_event_waits_for_its_checkpoint(recorded: Any) -> None:
    assert recorded.get(f"/console/events/{_row(recorded)}/proof").status_code in {404, 503}


def test_an_event_of_every_field_is_shown(owner: Any) -> None:
    event = object_event(
        bizTransactionList=[{"type": "inv", "bizTransaction": "urn:epcglobal:cbv:bt:9521002001013:1"}, {"bizTransaction": "urn:x:1"}],
        sourceList=[{"type": "owning_party", "source": "https://id.gs1.org/417/9521002000009"}],
        destinationList=[{"type": "owning_party", "destination": "https://id.gs1.org/417/9521006000005"}],
        sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 3.6, "minValue": 2, "maxValue": 5, "uom": "CEL"}]}],
        quantityList=[
            {"epcClass": "urn:example:sand", "quantity": 2.5, "uom": "TNE"},
            {"epcClass": f"https://id.gs1.org/01/{LYCHEE}/10/A"},
        ],
        disposition="https://example.com/own",
        bizStep="https://example.com/steps/polishing",
        bizLocation={"id": "https://id.gs1.org/414/9521006001019"},
        **{"ex:colour": {"ex:rgb": [1, 2]}},
    )
    body = document(
        event, **{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://example.com/"}]}
    )
    _record(owner, raw(body), "a.json")
    for language in ("vi", "en", "fr"):
        page = owner.get(f"/console/events/{_row(owner)}?lang={language}")
        assert page.status_code == 200
        assert "urn:example:sand" in page.text
        assert "polishing" in page.text


@pytest.mark.parametrize("path", ["", "/event.json", "/proof"])
def test_another_enterprise_sees_nothing_of_an_event(recorded: Any, on: Runtime, path: str) -> None:
    row = _row(recorded)
    stranger = signed_in(recorded, on, make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003"))
    assert stranger.get(f"/console/events/{row}{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/console/events/1", "/console/events/99999999999999999999", "/console/captures/1", "/console/capture/drafts/1"]
)
def test_what_nobody_recorded_is_not_found(owner: Any, path: str) -> None:
    assert owner.get(path).status_code == 404


def test_a_regulator_has_no_events_to_record(client: Any, on: Runtime, firm: Enterprise) -> None:
    regulator = signed_in(client, on, firm, Role.REGULATOR)
    assert [regulator.get(path).status_code for path in ("/console/capture", "/console/events", "/console/capture/by-hand")] == [403] * 3


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_no_page_shows_a_key_instead_of_words(recorded: Any, language: str) -> None:
    where = _upload(recorded, as_csv(harvest(step="bay")), "a.csv").headers["Location"]
    paths = ["/console/capture", "/console/capture/by-hand", "/console/events", f"/console/events/{_row(recorded)}", where]
    for path in paths:
        page = recorded.get(f"{path}?lang={language}").text
        assert re.findall(r"\b(?:capture|journey)\.[a-z_]+", page) == []
