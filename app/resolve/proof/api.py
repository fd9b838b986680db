"""JSON doors of hosts and of link checks."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.errors import Finding
from app.party.permissions import Permission, permit
from app.resolve import hosts
from app.resolve.link_state import LinkState, link_answers
from app.web.forms import json_answer, json_object
from app.words.refusals import describe_finding

door = Door("resolve_proof_api", __name__)


def _problem(finding: Finding | None) -> dict[str, Any] | None:
    return None if finding is None else describe_finding(finding, language())


def _shown(host: hosts.Host) -> dict[str, Any]:
    """A host with what to put where, and what the last look found instead."""
    (name, text), (url, content) = host.record, host.page
    return {
        "host": host.host,
        "state": host.state,
        "provenBy": host.by,
        "provenAt": host.proven_at,
        "checkedAt": host.checked_at,
        "failedSince": host.failed_since,
        "lapsesAt": host.lapses_at,
        "dns": {"type": "TXT", "name": name, "text": text, "problem": _problem(host.dns)},
        "file": {"url": url, "text": content, "problem": _problem(host.file)},
    }


@door.route("/api/link-hosts", needs=Permission.RESOLVE_LINK_READ, operation="listLinkHosts")
def list_hosts() -> Response:
    """The hosts of one's own organisation."""
    return json_answer({"hosts": [_shown(host) for host in hosts.hosts_of(by=actor(), on=runtime())]})


@door.route("/api/link-hosts", needs=Permission.RESOLVE_HOST_WRITE, operation="claimLinkHost", methods=("POST",))
def claim_host() -> Response:
    """Claim a host: `{"host"}`; the answer says how to prove it."""
    host = hosts.claim(json_object("host").get("host"), by=actor(), on=runtime())
    return json_answer(_shown(host), 201, Location=f"/api/link-hosts/{host.host}")


@door.route("/api/link-hosts/<host>", needs=Permission.RESOLVE_LINK_READ, operation="getLinkHost")
def get_host(host: str) -> Response:
    """One host."""
    return json_answer(_shown(hosts.host_of(host, by=actor(), on=runtime())))


@door.route("/api/link-hosts/<host>/prove", needs=Permission.RESOLVE_HOST_WRITE, operation="proveLinkHost", methods=("POST",))
def prove_host(host: str) -> Response:
    """Look for the proof now, both ways; the state says whether one held."""
    return json_answer(_shown(hosts.prove(host, by=actor(), on=runtime())))


@door.route("/api/link-hosts/<host>", needs=Permission.RESOLVE_HOST_WRITE, operation="forgetLinkHost", methods=("DELETE",))
def forget_host(host: str) -> Response:
    """Give a host up."""
    hosts.forget(host, by=actor(), on=runtime())
    return Response(status=204)


@door.route("/api/link-checks", needs=Permission.RESOLVE_LINK_READ, operation="listLinkChecks")
def list_checks() -> Response:
    """Whether the public link of each product of one's own organisation answers."""
    party_id = permit(actor(), Permission.RESOLVE_LINK_READ)
    with runtime().store.reading() as connection:
        found = link_answers(connection, party_id)
    counts = {"answers": found.answers, "silent": found.silent, "unchecked": found.unchecked}
    return json_answer(counts | {"products": [_checked(state) for state in found.products.values()]})


def _checked(state: LinkState) -> dict[str, Any]:
    return {
        "gtin": state.gtin,
        "name": state.name,
        "state": str(state.state),
        "url": state.url,
        "status": state.status,
        "checkedAt": state.checked_at,
        "okAt": state.ok_at,
        "failedSince": state.since,
        "problem": _problem(state.problem),
        "unproven": _problem(state.unproven),
    }
