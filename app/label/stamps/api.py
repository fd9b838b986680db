"""JSON doors of stamps: their ranges, rolls, moves and history, and one stamp's life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from app.api.door import Door, actor, runtime
from app.label import find as labels
from app.label.rolls import roll_of
from app.label.stamps import find, life, ranges
from app.label.stamps.shift import Change
from app.party.permissions import Permission, permit
from app.store.keys import parse_id
from app.web import forms

door = Door("stamps_api", __name__)

_ID = "int(max=9223372036854775807)"
_JOB = f"/api/labels/<{_ID}:job_id>"
_MOST_PAGES = 1_000_000
_RANGE: dict[str, type] = {"gtin": str, "scheme": str, "length": int, "most": int, "note": str}
_STEP: dict[str, type] = {"to": str, "lot": str, "cause": str, "note": str}


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)


# ------------------------------------------------------------------------------------------------ ranges


def _range(row: Any, chances: Mapping[tuple[str, int], float]) -> dict[str, Any]:
    return {
        "range": str(row.range_id),
        "gtin": row.gtin,
        "scheme": row.scheme,
        "length": row.length,
        "most": row.most,
        "issued": row.issued,
        "left": max(0, (row.most or ranges.MOST) - row.issued),
        "guessProbability": chances[row.gtin, row.length],
        "note": row.note,
        "createdAt": row.created_at,
        "closedAt": row.closed_at,
    }


@door.route("/api/serial-ranges", needs=Permission.LABEL_JOB_READ, operation="listSerialRanges")
def list_serial_ranges() -> Response:
    """Serial ranges, newest first; `?gtin=` of one product."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    gtin = request.args.get("gtin", "")[:14]
    with runtime().store.reading() as connection:
        rows = find.ranges(connection, party_id, gtin.zfill(14) if gtin else None)
        chances = ranges.guess_probabilities(connection, party_id)
    return forms.json_answer({"ranges": [_range(row, chances) for row in rows]})


@door.route("/api/serial-ranges", needs=Permission.LABEL_RANGE_WRITE, operation="postSerialRange", methods=("POST",))
def post_serial_range() -> Response:
    """Open a range: `{"gtin", "scheme", "length", "most", "note"}`; all but the GTIN may be left out."""
    body, by, on = forms.json_fields(_RANGE, needed=("gtin",)), actor(), runtime()
    made = ranges.open_range(body.pop("gtin"), **body, by=by, on=on)
    with on.store.reading() as connection:
        row = next(row for row in find.ranges(connection, by.party) if row.range_id == made)
        chances = ranges.guess_probabilities(connection, by.party)
    return forms.json_answer(_range(row, chances), 201)


@door.route(
    f"/api/serial-ranges/<{_ID}:range_id>/close", needs=Permission.LABEL_RANGE_WRITE, operation="closeSerialRange", methods=("POST",)
)
def close_serial_range(range_id: int) -> Response:
    """Give nothing more from a range."""
    ranges.close_range(range_id, by=actor(), on=runtime())
    return Response(status=204)


# ------------------------------------------------------------------------------------------------ rolls and moves


def _roll(roll: find.Roll) -> dict[str, Any]:
    return {"roll": roll.number, "first": roll.first, "last": roll.last, "states": roll.counts, "causes": roll.causes}


@door.route(f"{_JOB}/rolls", needs=Permission.LABEL_JOB_READ, operation="listRolls")
def list_rolls(job_id: int) -> Response:
    """Rolls of a job with their stamps by state, fifty a page: `?page=`; and the whole job."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    page = min(parse_id(request.args.get("page", "1")) or 1, _MOST_PAGES)
    with runtime().store.reading() as connection:
        rolls = find.rolls(connection, party_id, job_id, page)
        whole = find.totals(connection, party_id, job_id)
        count = find.roll_count(labels.plain_job(connection, party_id, job_id))
    following = page + 1 if page * find.PAGE < count else None
    total = {"stamps": whole.last, "states": whole.counts, "causes": whole.causes}
    return forms.json_answer({"rolls": [_roll(roll) for roll in rolls], "total": total, "next": following})


def _moved(change: Change) -> dict[str, Any]:
    return {
        "change": str(change.change_id),
        "job": str(change.job_id),
        "kind": change.kind,
        "first": change.first,
        "last": change.last,
        "stamps": change.stamps,
        "leftOut": change.left_out,
        "lot": change.lot,
        "cause": change.cause,
        "note": change.note,
    }


@door.route(f"{_JOB}/stamps", needs=Permission.LABEL_STAMP_WRITE, operation="moveStamps", methods=("POST",))
def move_stamps(job_id: int) -> Response:
    """Move stamps by position: `{"to", "first", "last", "lot", "cause", "note"}`."""
    body = forms.json_fields(_STEP | {"first": int, "last": int}, needed=("to", "first", "last"))
    to, first, last = body.pop("to"), body.pop("first"), body.pop("last")
    return forms.json_answer(_moved(life.move(job_id, to, first, last, **body, by=actor(), on=runtime())))


@door.route("/api/stamps", needs=Permission.LABEL_STAMP_WRITE, operation="moveListedStamps", methods=("POST",))
def move_listed_stamps() -> Response:
    """Move stamps by serial number or by what was scanned: `{"to", "gtin", "serials"}` or `{"to", "codes"}`."""
    kinds = _STEP | {"gtin": str, "serials": list, "codes": list}
    body = forms.json_fields(kinds, needed=("to",))
    to, codes = body.pop("to"), body.pop("codes", None)
    gtin, numbers = body.pop("gtin", None), body.pop("serials", None)
    if codes is not None:
        changes = life.move_scanned(codes, to, **body, by=actor(), on=runtime())
    else:
        for name, value in (("gtin", gtin), ("serials", numbers)):
            if value is None:
                raise forms.missing(kinds, name)
        changes = life.move_listed(gtin, numbers, to, **body, by=actor(), on=runtime())
    return forms.json_answer({"changes": [_moved(change) for change in changes]})


def _recorded(row: Any) -> dict[str, Any]:
    return {
        "change": str(row.change_id),
        "job": str(row.job_id),
        "kind": row.kind,
        "state": row.state,
        "first": row.first,
        "last": row.last,
        "stamps": row.stamps,
        "lot": row.lot,
        "cause": row.cause,
        "note": row.note,
        "changedBy": _id(row.changed_by),
        "changedAt": row.changed_at,
        "undoneBy": _id(row.undone_by),
    }


@door.route(f"{_JOB}/changes", needs=Permission.LABEL_JOB_READ, operation="listStampChanges")
def list_stamp_changes(job_id: int) -> Response:
    """What happened to the stamps of a job, newest first; `?before=` continues with older changes."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    before = parse_id(request.args.get("before", ""))
    with runtime().store.reading() as connection:
        labels.plain_job(connection, party_id, job_id)
        rows = find.changes(connection, party_id, job_id, before, find.PAGE + 1)
    following = str(rows[find.PAGE - 1].change_id) if len(rows) > find.PAGE else None
    return forms.json_answer({"changes": [_recorded(row) for row in rows[: find.PAGE]], "next": following})


@door.route(
    f"/api/stamp-changes/<{_ID}:change_id>/undo", needs=Permission.LABEL_STAMP_WRITE, operation="undoStampChange", methods=("POST",)
)
def undo_stamp_change(change_id: int) -> Response:
    """Take back the latest change of some stamps."""
    return forms.json_answer(_moved(life.undo(change_id, by=actor(), on=runtime())))


@door.route("/api/stamps/<gtin>/<value:serial>", needs=Permission.LABEL_JOB_READ, operation="getStamp")
def get_stamp(gtin: str, serial: str) -> Response:
    """One stamp: its state, its place on the roll, and what happened to it."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        found = find.life_of(connection, party_id, gtin[:14], serial)
    stamp, per_roll = found.stamp, found.job.per_roll
    body = {
        "gtin": stamp.gtin,
        "serial": stamp.serial,
        "lot": stamp.lot,
        "state": stamp.state,
        "job": str(stamp.job_id),
        "position": stamp.position,
        "roll": None if per_roll is None else roll_of(stamp.position, per_roll)[0],
        "createdAt": stamp.created_at,
        "voidedAt": stamp.voided_at,
        "voidReason": stamp.void_reason,
        "changes": [_recorded(row) for row in found.changes],
    }
    return forms.json_answer(body)


@door.route("/api/spoilage", needs=Permission.LABEL_JOB_READ, operation="listSpoilage")
def list_spoilage() -> Response:
    """Void stamps by product, batch and cause; `?gtin=&lot=`."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    gtin, lot = request.args.get("gtin", "")[:14], request.args.get("lot")
    with runtime().store.reading() as connection:
        rows = find.spoilage(connection, party_id, gtin.zfill(14) if gtin else None, lot)
    told = [{"gtin": each.gtin, "lot": each.lot, "stamps": each.stamps, "void": each.void, "causes": each.causes} for each in rows]
    return forms.json_answer({"spoilage": told})
