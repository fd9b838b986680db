"""Pages of hosts: the list, claiming one, what to put where, looking for the proof; and whether the links of products answer."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.errors import Finding, Refusal
from app.party.permissions import Permission, permit
from app.resolve import hosts
from app.resolve.link_state import State, link_answers
from app.web import forms
from app.words.refusals import describe_finding

door = Door("resolve_proof_pages", "app.resolve", templates=True)


def told(finding: Finding | None) -> dict[str, Any] | None:
    """A finding in the reader's language: message and remedy."""
    return None if finding is None else describe_finding(finding, language())


def _list() -> dict[str, Any]:
    return {"hosts": hosts.hosts_of(by=actor(), on=runtime()), "may": actor().may(Permission.RESOLVE_HOST_WRITE)}


@door.route("/console/links/hosts", needs=Permission.RESOLVE_LINK_READ)
def list_hosts() -> str:
    """The hosts of one's own organisation, and the form that claims another."""
    return render_template("hosts/list.html", form=forms.Form(), **_list())


@door.route("/console/links/hosts", needs=Permission.RESOLVE_HOST_WRITE, methods=("POST",))
def claim_host() -> BaseResponse:
    """Claim a host; its page says what to do next."""
    values = forms.read("host")
    try:
        host = hosts.claim(values["host"], by=actor(), on=runtime())
    except Refusal as refusal:
        return forms.again("hosts/list.html", values, refusal, **_list())
    return redirect(f"/console/links/hosts/{host.host}", code=303)


def _page(host: str, form: forms.Form) -> str:
    found = hosts.host_of(host, by=actor(), on=runtime())
    may = actor().may(Permission.RESOLVE_HOST_WRITE)
    return render_template("hosts/host.html", host=found, dns=told(found.dns), file=told(found.file), may=may, form=form)


@door.route("/console/links/hosts/<host>", needs=Permission.RESOLVE_LINK_READ)
def show_host(host: str) -> str:
    """One host: what to put where, and what the last look found."""
    return _page(host, forms.Form())


@door.route("/console/links/hosts/<host>/prove", needs=Permission.RESOLVE_HOST_WRITE, methods=("POST",))
def prove_host(host: str) -> BaseResponse:
    """Look for the proof now."""
    hosts.host_of(host, by=actor(), on=runtime())
    try:
        found = hosts.prove(host, by=actor(), on=runtime())
    except (hosts.AskedTooSoon, hosts.HostUnfit) as refusal:
        page = _page(host, forms.refused({}, refusal))
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    return redirect(f"/console/links/hosts/{found.host}?done=looked", code=303)


@door.route("/console/links/hosts/<host>/forget", needs=Permission.RESOLVE_HOST_WRITE, methods=("POST",))
def forget_host(host: str) -> BaseResponse:
    """Give a host up."""
    hosts.forget(host, by=actor(), on=runtime())
    return redirect("/console/links/hosts?done=forgotten", code=303)


@door.route("/console/links/checks", needs=Permission.RESOLVE_LINK_READ)
def list_checks() -> str:
    """Whether the links of one's products answer, those that do not first."""
    party_id = permit(actor(), Permission.RESOLVE_LINK_READ)
    with runtime().store.reading() as connection:
        found = link_answers(connection, party_id)
    order = {State.SILENT: 0, State.UNCHECKED: 1, State.ANSWERS: 2}
    rows = sorted(found.products.values(), key=lambda each: (order[each.state], each.name))
    return render_template("hosts/checks.html", found=found, rows=[(row, told(row.problem), told(row.unproven)) for row in rows])
