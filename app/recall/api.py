"""JSON doors of the slice `recall`."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from app.api.door import Door, actor, runtime
from app.party.permissions import Permission
from app.recall import declare, read
from app.recall.refusals import NoSuchNotice
from app.store.keys import parse_id
from app.web import forms

door = Door("recall_api", __name__)


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    answer = Response(orjson.dumps(body), status, content_type="application/json")
    answer.headers.update(headers or {})
    return answer


def number_of(text: str) -> int:
    """The number of a notice from its address; raises NoSuchNotice for what is no number."""
    number = parse_id(text)
    if number is None:
        raise NoSuchNotice(notice=text[:40])
    return number


@door.route("/api/recalls", needs=Permission.RECALL_NOTICE_READ, operation="listRecalls")
def list_recalls() -> Response:
    """The recalls of one's own organisation."""
    return _json({"recalls": read.notices(by=actor(), on=runtime())})


@door.route("/api/recalls", needs=Permission.RECALL_NOTICE_WRITE, operation="declareRecall", methods=("POST",))
def declare_recall() -> Response:
    """Declare a recall: `{"gtin", "lot"?, "reason", "advice"?}`; without a lot it concerns the whole product."""
    notice_id = declare.declare(forms.json_object("gtin", "lot", "reason", "advice"), by=actor(), on=runtime())
    return _json(read.notice(notice_id, by=actor(), on=runtime()), 201, {"Location": f"/api/recalls/{notice_id}"})


@door.route("/api/recalls/<notice>", needs=Permission.RECALL_NOTICE_READ, operation="getRecall")
def get_recall(notice: str) -> Response:
    """One recall."""
    return _json(read.notice(number_of(notice), by=actor(), on=runtime()))


@door.route("/api/recalls/<notice>/withdraw", needs=Permission.RECALL_NOTICE_WRITE, operation="withdrawRecall", methods=("POST",))
def withdraw_recall(notice: str) -> Response:
    """Take a recall back: `{"reason"}`."""
    number = number_of(notice)
    declare.withdraw(number, forms.json_object("reason").get("reason"), by=actor(), on=runtime())
    return _json(read.notice(number, by=actor(), on=runtime()))
