"""One enterprise with something of everything, and for each route with a subject an address that names a thing of theirs.

A new route with a place in its rule needs a line in `SAMPLES`: the test says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.label.runs.worker import Worker
from app.query import tokens
from app.runtime import Runtime
from tests.builders import Enterprise, document, make_api_key, make_enterprise, object_event, raw

GTIN = "09521001000017"
LOT = "VT0612-MAT"
HOST = "vai-thieu-mat.example.vn"
PLACE = "https%3A%2F%2Fid.gs1.org%2F414%2F9521001000000"
OTHERS_GTIN = "09521009000011"
EVENT = "urn:uuid:6a1b2c3d-0000-4000-8000-00000000ffff"
MARKS = ("Hương Giang Mật", LOT, "ffff", "Vải thiều mật", "Kho bí mật")
"""Words of ours that no stranger may read in an answer that is not public."""


@dataclass(frozen=True)
class Sample:
    """How a route is called: the places of its rule, and a body that is right for a thing of one's own."""

    places: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    data: bytes | None = None
    query: str = ""
    content_type: str | None = None
    common: bool = False  # the subject exists for everybody; only what lies below it is one's own


@dataclass
class World:
    """Ours, theirs, and what ours have made; `names` fills the samples."""

    ours: Enterprise
    theirs: Enterprise
    names: dict[str, str]


def make_world(on: Runtime, client: Any) -> World:
    """Register, record, label and recall as a client does."""
    ours, theirs = make_enterprise(on, "HTX Hương Giang Mật", "9521001"), make_enterprise(on, "HTX Người Khác", "9521009")
    key = make_api_key(on, ours)

    def call(method: str, path: str, body: Any = None, data: bytes | None = None, kind: str = "application/json") -> Any:
        headers = key | ({"Content-Type": kind} if data is not None else {})
        answer = client.open(path, method=method, headers=headers, json=body, data=data)
        assert answer.status_code < 300, f"{method} {path}: {answer.get_data(as_text=True)[:500]}"
        return answer.get_json()

    call("POST", "/api/places", {"name": "Kho bí mật", "kind": "packhouse", "province": "24"})
    call("POST", "/api/products", {"gtin": GTIN, "name": "Vải thiều mật"})
    call("PUT", f"/api/products/{GTIN}/image", data=_png(), kind="image/png")
    call("POST", f"/api/products/{GTIN}/lots", {"lot": LOT, "produced_on": "2026-06-12"})
    call("PUT", f"/api/master-data/BusinessLocation/{PLACE}", {"attributes": {"name": "Kho bí mật"}})
    call("POST", "/api/link-hosts", {"host": HOST})
    design = call("POST", "/api/label-designs", {"name": "Mẫu của kho bí mật", "layout": "roll-70x40", "carrier": "qr-dl"})["design"]
    call("PUT", f"/api/label-designs/{design}/logo", data=_png(), kind="image/png")
    job = call("POST", "/api/labels", {"gtin": GTIN, "lot": LOT, "count": 2})
    stamps = _stamps(on, ours, int(job["job"]))  # before the files: those that name a stamp made void since are kept back
    run = call("POST", f"/api/labels/{job['job']}/runs", {"form": "csv"})["run"]
    Worker(on).step()
    event = object_event(eventID=EVENT, epcList=[f"https://id.gs1.org/01/{GTIN}/21/K7M2Q9"], bizLocation={"id": _SITE})
    captured = call("POST", "/epcis/capture?wait=checkpoint", document(event))
    recall = call("POST", "/api/recalls", {"gtin": GTIN, "lot": LOT, "reason": "Dư lượng thuốc bảo vệ thực vật vượt mức"})
    api_key = make_api_key(on, ours)["Authorization"].split("_")[1]
    token = tokens.write(tokens.Token(ours.party_id, "events", (), (1,)))
    names = {
        "design": design, "run": run, "job": job["job"], "serial": job["serials"][0]["serial"], "capture": captured["captureID"],
        "notice": str(recall["notice_id"] if "notice_id" in recall else recall["notice"]), "key": api_key,
        "token": token, "link_change": str(_links(call)), "row": str(_row_of(on)), "draft": _draft(client, key),
        "sheet": _sheet(client, key),
    }  # fmt: skip
    return World(ours, theirs, names | stamps)


def _stamps(on: Runtime, ours: Enterprise, job_id: int) -> dict[str, str]:
    """A range, a batch of one SSCC, and a change of the second stamp of our job."""
    from app.label.stamps import issue, life, ranges
    from app.label.units import give

    blank = issue.issue(GTIN, "", 2, numbers=["TRANG1", "TRANG2"], by=ours.actor(), on=on)
    change = life.move(job_id, "void", 2, 2, cause="lost", by=ours.actor(), on=on)
    opened, given = ranges.open_range(GTIN, by=ours.actor(), on=on), give.give(1, gtin=GTIN, lot=LOT, quantity=48, by=ours.actor(), on=on)
    units = {"sscc": given.ssccs[0], "sscc_batch": str(given.batch_id)}
    return {"stamp_change": str(change.change_id), "range": str(opened), "blank": str(blank.job_id)} | units


def _links(call: Any) -> str:
    """The change that said where our product leads."""
    said = {"itemDescription": "Vải thiều mật", "default": {"href": "https://mat.example/vai", "title": "Kho bí mật"}}
    return str(call("PUT", f"/api/links/key?code={GTIN}", said)["change"])


def _png() -> bytes:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, "PNG")
    return file.getvalue()


def _row_of(on: Runtime) -> int:
    from sqlalchemy import select

    from app.capture.model import Event

    with on.store.reading() as connection:
        return int(connection.execute(select(Event.id)).scalar_one())


def _draft(client: Any, key: dict[str, str]) -> str:
    """A file that was looked at and not yet recorded."""
    text = raw(document(object_event(epcList=[f"https://id.gs1.org/01/{GTIN}/21/DRAFT"]))).decode()
    answer = client.post("/console/capture", headers=key, data={"text": text})
    assert answer.status_code == 303, answer.get_data(as_text=True)[:400]
    return str(answer.headers["Location"]).rsplit("/", 1)[-1]


def _sheet(client: Any, key: dict[str, str]) -> str:
    """A sheet of label jobs that was looked at; no label of it is made yet."""
    import io

    sent = (io.BytesIO(f"product,lot,count\n{GTIN},{LOT},1\n".encode()), "mat.csv")
    answer = client.post("/console/labels/excel", headers=key, data={"file": sent}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)[:400]
    return str(answer.headers["Location"]).rsplit("/", 1)[-1]


_SITE = "https://id.gs1.org/414/9521001000055"
_PRODUCT = {"name": "Vải thiều của người khác"}
_NOTICE = {"notice": "{notice}"}
_DRAFT, _CAPTURE, _ROW = {"draft_id": "{draft}"}, {"capture_id": "{capture}"}, {"row_id": "{row}"}
_JOB = {"job_id": "{job}"}
_SHEET = {"draft_id": "{sheet}"}
_QUERY = {"query_name": "mat"}
_RUN = {"job_id": "{job}", "run_id": "{run}"}
_LABEL = {"job_id": "{job}", "serial": "{serial}"}
_DESIGN = {"design_id": "{design}"}
_UNITS = {"batch_id": "{sscc_batch}"}
_DESIGN_DATA = {"name": "Của người khác", "layout": "a4-3x8", "carrier": "qr-dl"}
_GTIN = {"gtin": GTIN}
_LOT = {"gtin": GTIN, "lot": LOT}
_HOST = {"host": HOST}
_PLACE = {"vocabulary": "BusinessLocation", "element": PLACE}
_VOID = {"all": True, "reason": "In hỏng cả cuộn"}

SAMPLES: dict[tuple[str, str], Sample] = {
    ("DELETE", "/api/api-keys/<key_id>"): Sample({"key_id": "{key}"}),
    ("DELETE", "/api/label-designs/<int:design_id>"): Sample(_DESIGN),
    ("DELETE", "/api/label-designs/<int:design_id>/logo"): Sample(_DESIGN),
    ("DELETE", "/api/labels/<int:job_id>/runs/<int:run_id>/files"): Sample(_RUN),
    ("DELETE", "/api/link-hosts/<host>"): Sample(_HOST),
    ("DELETE", "/api/master-data/<vocabulary>/<value:element>"): Sample(_PLACE),
    ("GET", "/api/master-data/<vocabulary>/<value:element>"): Sample(_PLACE),
    # The same address is each organisation's own element: a stranger says something of theirs, and reads nothing of ours.
    ("PUT", "/api/master-data/<vocabulary>/<value:element>"): Sample(
        _PLACE | {"element": "urn%3Aexample%3Akho"}, data=b'{"attributes": {"sst": "201"}}', content_type="application/json", common=True
    ),
    ("GET", "/<ai:key>/<rest:rest>"): Sample({"key": "01", "rest": GTIN}),
    ("GET", "/<short:segment>"): Sample({"segment": "eh3016451da400004000001a85"}),
    ("GET", "/api/label-designs/<int:design_id>"): Sample(_DESIGN),
    ("GET", "/api/label-designs/<int:design_id>/logo"): Sample(_DESIGN),
    ("GET", "/api/label-designs/<int:design_id>/preview.svg"): Sample(_DESIGN),
    ("GET", "/api/labels/<int:job_id>"): Sample(_JOB),
    ("GET", "/api/labels/<int:job_id>/labels/<serial>.png"): Sample(_LABEL),
    ("GET", "/api/labels/<int:job_id>/labels/<serial>.svg"): Sample(_LABEL),
    ("GET", "/api/labels/<int:job_id>/runs"): Sample(_JOB),
    ("GET", "/api/labels/<int:job_id>/runs/<int:run_id>"): Sample(_RUN),
    ("GET", "/api/labels/<int:job_id>/runs/<int:run_id>/files.zip"): Sample(_RUN),
    ("GET", "/api/labels/<int:job_id>/runs/<int:run_id>/files/<int:part>"): Sample(_RUN | {"part": "1"}),
    ("GET", "/api/labels/<int:job_id>/sheet.zpl"): Sample(_JOB),
    ("GET", "/api/labels/<int:job_id>/changes"): Sample(_JOB),
    ("GET", "/api/labels/<int:job_id>/rolls"): Sample(_JOB),
    ("GET", "/api/labels/<int:job_id>/serials.csv"): Sample(_JOB),
    ("GET", "/api/labels/<int:job_id>/sheet.pdf"): Sample(_JOB),
    ("GET", "/api/link-hosts/<host>"): Sample(_HOST),
    ("GET", "/api/products/<gtin>"): Sample(_GTIN),
    ("GET", "/api/products/<gtin>/image"): Sample(_GTIN),
    ("GET", "/api/products/<gtin>/lots"): Sample(_GTIN),
    ("GET", "/api/products/<gtin>/lots/<value:lot>"): Sample(_LOT),
    ("GET", "/api/recalls/<notice>"): Sample(_NOTICE),
    ("GET", "/console/capture/drafts/<int:draft_id>"): Sample(_DRAFT),
    ("GET", "/console/capture/drafts/<int:draft_id>/errors.xlsx"): Sample(_DRAFT),
    ("GET", "/console/captures/<int:capture_id>"): Sample(_CAPTURE),
    ("GET", "/console/events/<int:row_id>"): Sample(_ROW),
    ("GET", "/console/events/<int:row_id>/event.json"): Sample(_ROW),
    ("GET", "/console/events/<int:row_id>/proof"): Sample(_ROW),
    ("GET", "/console/labels/<int:job_id>"): Sample(_JOB),
    ("GET", "/console/labels/designs/<int:design_id>"): Sample(_DESIGN),
    ("GET", "/console/labels/<int:job_id>/runs/<int:run_id>"): Sample(_RUN),
    ("GET", "/console/labels/<int:job_id>/runs/<int:run_id>/files.zip"): Sample(_RUN),
    ("GET", "/console/labels/<int:job_id>/runs/<int:run_id>/files/<int:part>"): Sample(_RUN | {"part": "1"}),
    ("GET", "/console/labels/<int:job_id>/file"): Sample(_JOB, query="?kind=csv"),
    ("GET", "/console/labels/<int:job_id>/rolls"): Sample(_JOB),
    ("GET", "/console/labels/<int:job_id>/rolls/<int:number>"): Sample(_JOB | {"number": "1"}),
    ("GET", "/console/serials/<gtin>/<value:serial>"): Sample(_GTIN | {"serial": "{serial}"}),
    ("GET", "/console/labels/excel/<int:draft_id>"): Sample(_SHEET),
    ("GET", "/console/labels/excel/<int:draft_id>/errors.xlsx"): Sample(_SHEET),
    ("GET", "/console/links/hosts/<host>"): Sample(_HOST),
    ("GET", "/console/lots/<gtin>/<value:lot>"): Sample(_LOT),
    ("GET", "/console/lots/edit/<gtin>/<value:lot>"): Sample(_LOT),
    ("GET", "/console/products/<gtin>"): Sample(_GTIN),
    ("GET", "/console/products/<gtin>/edit"): Sample(_GTIN),
    ("GET", "/console/recalls/<notice>"): Sample(_NOTICE),
    ("GET", "/epcis/capture/<capture_id>"): Sample(_CAPTURE),
    ("GET", "/epcis/events/<path:event_id>"): Sample({"event_id": EVENT}),
    ("OPTIONS", "/epcis/events/<path:event_id>"): Sample({"event_id": EVENT}),
    ("OPTIONS", "/epcis/capture/<capture_id>"): Sample(_CAPTURE),
    ("OPTIONS", "/epcis/nextPageToken/<token>"): Sample({"token": "{token}"}),
    ("DELETE", "/epcis/nextPageToken/<token>"): Sample({"token": "{token}"}),
    ("OPTIONS", "/epcis/queries/<query_name>"): Sample(_QUERY),
    ("OPTIONS", "/epcis/queries/<query_name>/events"): Sample(_QUERY),
    ("OPTIONS", "/epcis/queries/<query_name>/subscriptions"): Sample(_QUERY),
    ("OPTIONS", "/epcis/queries/<query_name>/subscriptions/<subscription_id>"): Sample(_QUERY | {"subscription_id": "1"}),
    ("GET", "/handbook/<page>"): Sample({"page": "first-batch"}),
    ("GET", "/handbook/pictures/<name>.svg"): Sample({"name": "gtin"}),
    ("GET", "/leaving/<path:rest>"): Sample({"rest": f"01/{GTIN}"}),
    ("GET", "/log/tile/<path:name>"): Sample({"name": "0/000.p/1"}),
    ("GET", "/v/<path:code_path>"): Sample({"code_path": f"01/{GTIN}/21/K7M2Q9"}),
    ("OPTIONS", "/<ai:key>/<rest:rest>"): Sample({"key": "01", "rest": GTIN}),
    ("OPTIONS", "/<short:segment>"): Sample({"segment": "eh3016451da400004000001a85"}),
    ("GET", "/api/sscc-batches/<int:batch_id>"): Sample(_UNITS),
    ("GET", "/api/sscc-batches/<int:batch_id>/labels.csv"): Sample(_UNITS),
    ("GET", "/api/sscc-batches/<int:batch_id>/labels.pdf"): Sample(_UNITS),
    ("GET", "/api/sscc-batches/<int:batch_id>/labels.zpl"): Sample(_UNITS),
    ("GET", "/api/sscc-batches/<int:batch_id>/labels/<number>.png"): Sample(_UNITS | {"number": "{sscc}"}),
    ("GET", "/api/sscc-batches/<int:batch_id>/labels/<number>.svg"): Sample(_UNITS | {"number": "{sscc}"}),
    ("GET", "/console/ssccs/<int:batch_id>"): Sample(_UNITS),
    ("GET", "/console/ssccs/<int:batch_id>/file"): Sample(_UNITS),
    ("POST", "/api/label-designs/<int:design_id>/copy"): Sample(_DESIGN, json={}),
    ("POST", "/api/label-designs/<int:design_id>/restore"): Sample(_DESIGN, json={}),
    ("POST", "/api/labels/<int:job_id>/runs"): Sample(_JOB, json={"form": "csv"}),
    ("POST", "/api/labels/<int:job_id>/runs/<int:run_id>/resume"): Sample(_RUN, json={}),
    ("POST", "/api/labels/<int:job_id>/runs/<int:run_id>/stop"): Sample(_RUN, json={}),
    ("GET", "/api/stamps/<gtin>/<value:serial>"): Sample({"gtin": GTIN, "serial": "{serial}"}),
    ("POST", "/api/labels/<int:job_id>/commission"): Sample(_JOB, json={}),
    ("POST", "/api/labels/<int:job_id>/stamps"): Sample({"job_id": "{blank}"}, json={"to": "printed", "first": 1, "last": 1}),
    ("POST", "/api/serial-ranges/<int:range_id>/close"): Sample({"range_id": "{range}"}),
    ("POST", "/api/ssccs/<number>/void"): Sample({"number": "{sscc}"}, json={"reason": "In hỏng cả cuộn"}),
    ("POST", "/api/stamp-changes/<int:change_id>/undo"): Sample({"change_id": "{stamp_change}"}),
    ("POST", "/api/links/changes/<change>/undo"): Sample({"change": "{link_change}"}, json={}),
    ("POST", "/api/labels/<int:job_id>/void"): Sample(_JOB, json=_VOID),
    ("POST", "/api/link-hosts/<host>/prove"): Sample(_HOST, json={}),
    ("POST", "/api/products/<gtin>/lots"): Sample(_GTIN, json={"lot": "KHAC1", "produced_on": "2026-06-12"}),
    ("POST", "/api/recalls/<notice>/withdraw"): Sample(_NOTICE, json={"reason": "Kết quả kiểm nghiệm lại đạt yêu cầu"}),
    ("POST", "/console/labels/<int:job_id>/made"): Sample(_JOB, form={}),
    ("POST", "/console/api-keys/<key_id>/revoke"): Sample({"key_id": "{key}"}, form={}),
    ("POST", "/console/capture/drafts/<int:draft_id>"): Sample(_DRAFT, form={}),
    ("POST", "/console/labels/designs/<int:design_id>"): Sample(_DESIGN, form=_DESIGN_DATA),
    ("POST", "/console/labels/designs/<int:design_id>/copy"): Sample(_DESIGN, form={}),
    ("POST", "/console/labels/designs/<int:design_id>/remove"): Sample(_DESIGN, form={}),
    ("POST", "/console/labels/designs/<int:design_id>/restore"): Sample(_DESIGN, form={}),
    ("POST", "/console/labels/excel/<int:draft_id>"): Sample(_SHEET, form={"do": "all"}),
    ("POST", "/console/labels/<int:job_id>/runs"): Sample(_JOB, form={"form": "csv"}),
    ("POST", "/console/labels/<int:job_id>/runs/<int:run_id>/clear"): Sample(_RUN, form={}),
    ("POST", "/console/labels/<int:job_id>/runs/<int:run_id>/resume"): Sample(_RUN, form={}),
    ("POST", "/console/labels/<int:job_id>/runs/<int:run_id>/stop"): Sample(_RUN, form={}),
    ("POST", "/console/labels/<int:job_id>/void"): Sample(_JOB, form={"reason": "In hỏng cả cuộn", "what": "all"}),
    ("POST", "/console/labels/<int:job_id>/stamps"): Sample(_JOB, form={"to": "sold", "which": "all"}),
    ("POST", "/console/serial-ranges/<int:range_id>/close"): Sample({"range_id": "{range}"}, form={}),
    ("POST", "/console/serials/<gtin>/<value:serial>"): Sample(_GTIN | {"serial": "{serial}"}, form={"to": "sold"}),
    ("POST", "/console/ssccs/<code>/void"): Sample({"code": "{sscc}"}, form={"reason": "Thùng vỡ"}),
    ("POST", "/console/stamps/changes/<int:change_id>/undo"): Sample({"change_id": "{stamp_change}"}, form={}),
    ("POST", "/console/links/hosts/<host>/forget"): Sample(_HOST, form={}),
    ("POST", "/console/links/hosts/<host>/prove"): Sample(_HOST, form={}),
    ("POST", "/console/lots/edit/<gtin>/<value:lot>"): Sample(_LOT, form={"produced_on": "2026-06-12"}),
    ("POST", "/console/products/<gtin>"): Sample(_GTIN, form={"name": "Của tôi"}),
    ("POST", "/console/products/<gtin>/image"): Sample(_GTIN, form={}),
    ("POST", "/console/recalls/<notice>/withdraw"): Sample(_NOTICE, form={"reason": "Kết quả kiểm nghiệm lại đạt yêu cầu", "sure": "yes"}),
    ("POST", "/v/<path:code_path>/where"): Sample({"code_path": f"01/{GTIN}/21/K7M2Q9"}, form={"province": "24"}),
    ("PUT", "/api/label-designs/<int:design_id>"): Sample(_DESIGN, json=_DESIGN_DATA),
    ("PUT", "/api/label-designs/<int:design_id>/logo"): Sample(_DESIGN, data=_png(), content_type="image/png"),
    ("PUT", "/api/products/<gtin>"): Sample(_GTIN, json=_PRODUCT),
    ("PATCH", "/api/products/<gtin>/lots/<value:lot>"): Sample(_LOT, json={"note": "Của tôi"}),
    ("PUT", "/api/products/<gtin>/lots/<value:lot>"): Sample(_LOT, json={"note": "Của tôi"}),
    ("PUT", "/api/products/<gtin>/image"): Sample(_GTIN, data=_png(), content_type="image/png"),
    # Routes whose subject stands in the body or the query.
    ("POST", "/api/labels"): Sample(json={"gtin": GTIN, "lot": LOT, "count": 1}),
    ("POST", "/api/recalls"): Sample(json={"gtin": GTIN, "lot": LOT, "reason": "Người khác nói xấu chúng tôi"}),
    ("POST", "/console/labels"): Sample(form={"gtin": GTIN, "lot": LOT, "count": "1"}),
    ("POST", "/api/stamps"): Sample(json={"gtin": GTIN, "serials": ["TRANG2"], "to": "printed"}),
    ("POST", "/api/serial-ranges"): Sample(json={"gtin": GTIN}),
    ("POST", "/console/recalls"): Sample(form={"gtin": GTIN, "lot": LOT, "reason": "Người khác nói xấu chúng tôi", "sure": "yes"}),
    ("POST", "/console/lots"): Sample(form={"gtin": GTIN, "lot": "KHAC2", "produced_on": "2026-06-12"}),
}


_TOP = {
    "bizLocations/<path:biz_location>": _SITE,
    "bizSteps/<path:biz_step>": "shipping",
    "dispositions/<path:disposition>": "in_transit",
    "epcs/<path:epc>": f"https://id.gs1.org/01/{GTIN}/21/K7M2Q9",
    "eventTypes/<path:event_type>": "ObjectEvent",
    "readPoints/<path:read_point>": "https://id.gs1.org/414/9521002001013",
}
"""The top-level resources of EPCIS, with a value that our event has."""

SAMPLES |= {
    (method, f"/epcis/{path}{below}"): Sample({path.split(":")[1][:-1]: value}, common=value == "ObjectEvent")
    for path, value in _TOP.items()
    for method in ("GET", "OPTIONS")
    for below in ("", "/events")
}
