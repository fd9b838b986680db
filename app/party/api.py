"""JSON doors of the slice `party`."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from app.api.door import Access, Door, actor, runtime
from app.api.problem import language
from app.capture.signing_keys import make_hosted_key
from app.errors import Finding
from app.party import register, sign_in
from app.party.pages import ORGANISATION, PERSON, signed_in_answer
from app.party.permissions import GRANTS, Permission, Role
from app.web.forms import json_answer, json_object

door = Door("party_api", __name__)


@door.route("/api/session", needs=Access.PUBLIC, operation="getSession")
def session() -> Response:
    """Who is asking: person or program, organisation, role and permissions."""
    caller = actor()
    told: dict[str, Any] = {"signed_in": not caller.anonymous, "role": str(caller.role), "language": language(), "permissions": []}
    if not caller.anonymous:
        told |= {"name": caller.name, "organisation": {"id": str(caller.party_id), "name": caller.party_name}, "api_key": caller.key_id}
        told["permissions"] = sorted(str(each) for each in GRANTS[caller.role] if caller.may(each))
    return json_answer(told)


@door.route("/api/sign-up", needs=Access.PUBLIC, operation="signUp", methods=("POST",))
def sign_up() -> Response:
    """Register an organisation with its first person; the answer signs them in with a cookie."""
    values = json_object(*ORGANISATION, *PERSON, "password", "language")
    made = register.sign_up_oneself({"language": language()} | values, on=runtime())
    make_hosted_key(made.party_id, on=runtime())
    token = sign_in.open_session(made.person_id, made.party_id, on=runtime())
    answer = json_answer({"organisation": str(made.party_id), "person": str(made.person_id)}, 201, Location="/api/organisation")
    return signed_in_answer(answer, token)


@door.route("/api/organisation", needs=Permission.PARTY_ORGANISATION_READ, operation="getOrganisation")
def organisation() -> Response:
    """One's own organisation with its company prefixes and people."""
    return json_answer(_organisation())


@door.route("/api/organisation", needs=Permission.PARTY_ORGANISATION_WRITE, operation="putOrganisation", methods=("PUT",))
def change_organisation() -> Response:
    """Replace the data of one's own organisation; a company prefix is added, never taken away."""
    values = json_object(*(name for name in ORGANISATION if name != "kind"))
    register.update_organisation(values, by=actor(), on=runtime())
    return json_answer(_organisation())


def _organisation() -> dict[str, Any]:
    found = register.organisation(by=actor(), on=runtime())
    hidden = {"party_id", "name_key"}
    return {"id": str(found["party_id"])} | {name: value for name, value in found.items() if name not in hidden}


@door.route("/api/api-keys", needs=Permission.PARTY_API_KEY_WRITE, operation="listApiKeys")
def api_keys() -> Response:
    """The API keys of one's own organisation, without secrets."""
    return json_answer({"api_keys": register.api_keys(by=actor(), on=runtime())})


@door.route("/api/api-keys", needs=Permission.PARTY_API_KEY_WRITE, operation="createApiKey", methods=("POST",))
def make_api_key() -> Response:
    """Make an API key; its text is in this answer and nowhere else."""
    values = json_object("label", "role", "scopes", "days")
    findings, role, scopes, days = [], values.get("role"), values.get("scopes") or [], values.get("days", 365)
    if role is not None and not (isinstance(role, str) and role in set(Role)):
        findings.append(Finding("party.role", "/role", str(role)[:40], {"roles": ", ".join(Role)}))
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        findings.append(Finding("party.scope", "/scopes", str(scopes)[:60], {"scopes": ", ".join(Permission)}))
    if not (days is None or (isinstance(days, int) and not isinstance(days, bool))):
        findings.append(Finding("party.days", "/days", str(days)[:20], {"limit": register.LONGEST_KEY_DAYS}))
    if not isinstance(values.get("label", ""), str):
        findings.append(Finding("party.field-not-text", "/label", str(values["label"])[:80], {"field": "label"}))
    if findings:
        raise register.RegistrationInvalid(findings=findings, count=len(findings))
    wanted = Role(role) if role else None
    key = register.issue_api_key(values.get("label", ""), by=actor(), on=runtime(), role=wanted, scopes=scopes, days=days)
    return json_answer({"key": key, "key_id": key.split("_", 2)[1]}, 201)


@door.route("/api/api-keys/<key_id>", needs=Permission.PARTY_API_KEY_WRITE, operation="revokeApiKey", methods=("DELETE",))
def revoke_api_key(key_id: str) -> Response:
    """End an API key at once."""
    register.revoke_api_key(key_id, by=actor(), on=runtime())
    return json_answer({"revoked": key_id})
