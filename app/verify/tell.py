"""A verdict in words and as JSON; the translator is handed in, because words are above every slice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.identify.read import Identified
from app.journey.history import Measured, Quantity, Step
from app.store.columns import from_micros
from app.verify.address import page_of
from app.verify.answer import Check, Verdict
from app.verify.prove import EventProof, Result
from app.verify.verdict import Cause, Judgement, Reason

Translate = Callable[..., str]

_DAYS = {"day", "printed", "registered"}
_UNITS = {
    "KGM": "kg", "GRM": "g", "TNE": "t", "MGM": "mg", "LTR": "l", "MLT": "ml", "MTR": "m", "CMT": "cm", "MTK": "m²", "MTQ": "m³",
    "CEL": "°C", "FAH": "°F", "KEL": "K", "P1": "%", "A93": "g/m³", "H87": "", "EA": "",
}  # fmt: skip
"""Units people write, by UN/CEFACT Recommendation 20 code; others are shown as their code."""


def word(verdict: Judgement, t: Translate) -> str:
    """The verdict as people read it."""
    return t(f"verify.verdict_{verdict}")


def sentence(reason: Reason, t: Translate) -> str:
    """Why, in one sentence; days as dd/mm/yyyy, what happened to a void label in words."""
    params = {name: _shown(value) if name in _DAYS else value for name, value in reason.params.items()}
    if "why" in params:
        params["why"] = t(f"verify.void_{params['why']}")
    return t(f"verify.cause_{_key(reason.cause)}", **params)


def advice(reason: Reason, t: Translate) -> str:
    """What to do."""
    return t("verify.do_unreadable") if reason.cause is Cause.UNREADABLE else t(f"verify.do_{reason.verdict}")


def _key(cause: Cause) -> str:
    return cause.value.lower().replace("-", "_")


def _shown(value: Any) -> str:
    """A day as people write it here; a batch stays what it is."""
    try:
        return date.fromisoformat(str(value)).strftime("%d/%m/%Y")
    except ValueError:
        return str(value)


def step_name(step: Step, t: Any) -> str:
    """What happened: the business step in words, or as written; the kind of event where there is none, and for a transformation."""
    if step.biz_step is None or step.kind == "TransformationEvent":
        return str(t(f"journey.kind_of_{step.kind.removesuffix('Event').lower()}"))
    return str(t(f"journey.step_{step.biz_step}")) if t.has(f"journey.step_{step.biz_step}") else step.biz_step


def disposition_name(step: Step, t: Any) -> str:
    """The state the goods were in afterwards, or nothing."""
    if step.disposition is None:
        return ""
    return str(t(f"journey.disp_{step.disposition}")) if t.has(f"journey.disp_{step.disposition}") else step.disposition


def amount(quantity: Quantity, t: Translate) -> str:
    """A quantity with its unit, and whether it went in or came out."""
    key = {4: "journey.quantity_in", 5: "journey.quantity_out"}.get(quantity.part, "journey.quantity")
    return t(key, amount=quantity.amount, uom=unit(quantity.uom) or t("journey.pieces"))


def measured(report: Measured, t: Any) -> str:
    """A sensor report: its kind, value or range, and unit."""
    known = f"journey.kind_{report.kind.lower()}"
    kind = t(known) if t.has(known) else report.kind
    if report.value is None and report.low is not None and report.high is not None:
        return str(t("journey.measured_range", kind=kind, low=report.low, high=report.high, uom=unit(report.uom))).strip()
    value = report.value or report.low or report.high
    return str(t("journey.measured", kind=kind, value=value, uom=unit(report.uom))).strip()


def unit(code: str | None) -> str:
    """A unit as people write it."""
    return "" if code is None else _UNITS.get(code, code)


# ------------------------------------------------------------------------------------------------ JSON


def as_json(verdict: Verdict, t: Translate) -> dict[str, Any]:
    """Everything behind a verdict as JSON values; sentences in the translator's language, everything else the same in all."""
    return {
        "verdict": str(verdict.verdict),
        "cause": str(verdict.cause),
        "word": word(verdict.verdict, t),
        "sentence": sentence(verdict.reason, t),
        "advice": advice(verdict.reason, t),
        "checkedAt": instant(verdict.at),
        "level": str(verdict.level),
        "code": None if verdict.identified is None else code_json(verdict.identified),
        "reasons": [_reason_json(reason, t) for reason in verdict.reasons],
        "product": _fields(verdict.product, "gtin name brand model description net_content shelf_life standards origin warnings"),
        "producer": _fields(verdict.producer, "name gln address commune province website"),
        "lot": _fields(verdict.lot, "lot produced_on expires_on"),
        "expiry": None if verdict.expiry is None else verdict.expiry.isoformat(),
        "recall": _recall_json(verdict),
        "checks": [_check_json(each) for each in verdict.checks],
        "journey": {
            "steps": [_step_json(step, verdict.proofs.events.get(step.number)) for step in verdict.history.steps],
            "hidden": verdict.history.hidden,
            "incomplete": verdict.history.incomplete,
        },
        "log": _log_json(verdict),
        "scans": _scans_json(verdict),
    }


def code_json(identified: Identified) -> dict[str, Any]:
    """A code as it was understood, with the address of its verdict page."""
    return {
        "kind": identified.kind,
        "path": [list(pair) for pair in identified.path],
        "attributes": [list(pair) for pair in identified.attributes],
        "canonical": identified.canonical,
        "page": page_of(identified),
    }


def instant(at: datetime) -> str:
    """An instant in UTC, to the second."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _fields(value: Any, names: str) -> dict[str, Any] | None:
    return None if value is None else {_camel(name): getattr(value, name) for name in names.split()}


def _reason_json(reason: Reason, t: Translate) -> dict[str, Any]:
    return {"verdict": str(reason.verdict), "cause": str(reason.cause), "sentence": sentence(reason, t), "params": _plain(reason.params)}


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is None or isinstance(value, str | int | float)}


def _recall_json(verdict: Verdict) -> dict[str, Any] | None:
    found = _fields(verdict.recall, "notice lot reason advice")
    return None if found is None or verdict.recall is None else found | {"declaredAt": instant(verdict.recall.declared_at)}


def _check_json(each: Check) -> dict[str, Any]:
    counted = {"passed": each.passed, "of": each.of} if each.of else {}
    return {"name": each.name, "result": str(each.result), **counted, **({"state": each.state} if each.state else {})}


def _step_json(step: Step, proof: EventProof | None) -> dict[str, Any]:
    place = None if step.place is None else _fields(step.place, "uri name commune province")
    proof = proof or EventProof(Result.NOT_DONE, Result.NOT_DONE)
    return {
        "eventID": step.event_id,
        "type": step.kind,
        "action": step.action,
        "bizStep": step.biz_step,
        "disposition": step.disposition,
        "eventTime": step.local,
        "eventTimeZoneOffset": step.offset,
        "recordedAt": step.recorded,
        "who": step.who,
        "place": place,
        "about": step.about,
        "subject": step.subject,
        "identifiers": step.count,
        "quantities": [_fields(each, "uri amount uom") for each in step.quantities],
        "measurements": [_fields(each, "kind value low high uom") for each in step.readings],
        "evidence": step.evidence,
        "hostedKey": step.hosted,
        "correction": step.correction,
        "corrected": step.corrected,
        "proof": {"signature": str(proof.signed), "log": str(proof.logged), "index": None if proof.leaf is None else proof.leaf.index},
    }


def _log_json(verdict: Verdict) -> dict[str, Any] | None:
    checkpoint = verdict.proofs.checkpoint
    if checkpoint is None:
        return None
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "publishedAt": instant(from_micros(verdict.proofs.published_at)),
        "vkey": verdict.proofs.vkey,
    }


def _scans_json(verdict: Verdict) -> dict[str, Any] | None:
    scans = verdict.scans
    if scans is None:
        return None
    first = None if scans.first is None else instant(scans.first)
    return {"total": scans.total, "first": first, "provinces": scans.provinces, "viewers": scans.viewers}
