"""Pages of the slice `party`: sign-in, sign-up, the overview of the main job, the organisation, API keys."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from sqlalchemy.engine import Connection
from werkzeug.wrappers import Response

from app.api.door import Access, Door, actor, runtime
from app.api.identity import COOKIE
from app.api.problem import language
from app.capture import find as capture
from app.capture.signing_keys import make_hosted_key
from app.catalogue import find as catalogue
from app.errors import Refusal
from app.label import find as labels
from app.party import register, rules, sign_in
from app.party.permissions import GRANTS, Permission, Role
from app.settings import LANGUAGES
from app.store.folding import fold
from app.web import forms, show
from app.web.show import t

door = Door("party_pages", __name__, templates=True)

ORGANISATION = ("name", "kind", "tax_code", "prefix", "gln", "province", "commune", "address", "phone", "website")
PERSON = ("person_name", "email")

ACCESS: dict[str, tuple[Permission, ...]] = {
    "all": (),
    "capture": (Permission.CAPTURE_EVENT_READ, Permission.CAPTURE_EVENT_WRITE, Permission.CATALOGUE_RECORD_READ),
    "read": (Permission.CAPTURE_EVENT_READ, Permission.CATALOGUE_RECORD_READ, Permission.PARTY_ORGANISATION_READ),
}
"""What a key made on the page may be used for, in the words of the form; programs name permissions one by one."""

_KEY_ROLES = (Role.OWNER, Role.APPROVER, Role.MEMBER)
_KEY_DAYS = (("90", 90), ("365", 365), ("1825", 1825))


def signed_in_answer(answer: Response, token: str) -> Response:
    """Put a fresh session's token into the cookie of an answer."""
    settings = runtime().settings
    answer.set_cookie(
        COOKIE, token, max_age=settings.session_hours * 3600, path="/", httponly=True, samesite="Lax", secure=settings.secure_cookies
    )
    return answer


@door.route("/sign-in", needs=Access.PUBLIC)
def sign_in_form() -> str | Response:
    """The form to sign in; somebody who is signed in goes on."""
    onward = show.local_path(request.args.get("next"))
    if show.signed_in():
        return redirect(onward, code=303)
    return render_template("party/sign_in.html", form=forms.Form(), onward=onward)


@door.route("/sign-in", needs=Access.PUBLIC, methods=("POST",))
def sign_in_send() -> Response:
    """Open a session and go where the person wanted to."""
    values = forms.read("email", "next", secrets=("password",))
    onward = show.local_path(values["next"])
    try:
        found = sign_in.with_password(values["email"], values["password"], request.remote_addr or "", on=runtime())
    except Refusal as refusal:
        return forms.again("party/sign_in.html", values, refusal, "party", onward=onward)
    _end_session()
    chosen, person = request.args.get("lang"), found.actor.person_id
    if chosen in LANGUAGES and person is not None and chosen != found.actor.language:
        sign_in.change_language(person, str(chosen), on=runtime())
    return signed_in_answer(redirect(onward, code=303), found.token)


@door.route("/sign-out", needs=Access.PUBLIC, methods=("POST",))
def sign_out() -> Response:
    """End the session; the cookie goes with it."""
    _end_session()
    answer = redirect("/", code=303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=runtime().settings.secure_cookies)
    return answer


def _end_session() -> None:
    token = request.cookies.get(COOKIE)
    if token:
        sign_in.sign_out(token, on=runtime())


@door.route("/sign-up", needs=Access.PUBLIC)
def sign_up_form() -> str:
    """The form to register an organisation and its first person."""
    return render_template("party/sign_up.html", form=forms.Form(), **_choices())


@door.route("/sign-up", needs=Access.PUBLIC, methods=("POST",))
def sign_up_send() -> Response:
    """Register, give the organisation its hosted signing key, and sign the person in."""
    values: dict[str, Any] = forms.read(*ORGANISATION, *PERSON, secrets=("password",))
    try:
        made = register.sign_up_oneself(values | {"language": language()}, on=runtime())
    except Refusal as refusal:
        return forms.again("party/sign_up.html", values, refusal, "party", **_choices())
    make_hosted_key(made.party_id, on=runtime())
    token = sign_in.open_session(made.person_id, made.party_id, on=runtime())
    return signed_in_answer(redirect("/console", code=303), token)


def _choices() -> dict[str, Any]:
    return {
        "provinces": sorted(rules.provinces().items(), key=lambda pair: fold(pair[1])),
        "kinds": [(kind, t(f"party.kind_{kind}")) for kind in rules.SELF_REGISTERED],
    }


@door.route("/console", needs=Access.SIGNED_IN)
def console() -> str:
    """The overview: the steps of the main job, what is done, and the one to do next."""
    with runtime().store.reading() as connection:
        made, more = _made(connection, actor().party)
    organisation = register.organisation(by=actor(), on=runtime())
    steps = _steps(organisation, made)
    ahead = next((number for number, step in enumerate(steps) if not step["done"]), None)
    return render_template("party/console.html", organisation=organisation, made=made, more=more, steps=steps, ahead=ahead)


def _made(connection: Connection, party_id: int) -> tuple[dict[str, int], set[str]]:
    """What an organisation has made so far (places, products, lots, labels, events), and of what there is more than was counted."""
    counted = {"labels": labels.label_count(connection, party_id), "events": capture.event_count(connection, party_id)}
    made = catalogue.counts(connection, party_id) | {name: count for name, (count, _) in counted.items()}
    return made, {name for name, (_, more) in counted.items() if more}


def _steps(organisation: dict[str, Any], made: dict[str, int]) -> list[dict[str, Any]]:
    """The steps of the main job in order, each with its path and whether it is done."""
    settled = bool(organisation["province"] and (organisation["address"] or organisation["commune"]))
    paths = {
        "organisation": "/console/organisation", "places": "/console/places/new", "products": "/console/products/new",
        "lots": "/console/lots/new", "labels": "/console/labels", "events": "/console/capture",
    }  # fmt: skip
    done = {name: made.get(name, 0) > 0 for name in paths} | {"organisation": settled}
    return [{"name": name, "path": path, "done": done[name], "open": show.reachable(path)} for name, path in paths.items()]


@door.route("/console/organisation", needs=Permission.PARTY_ORGANISATION_READ)
def organisation_page() -> str:
    """The organisation's data; those who may change them get them as a form."""
    found = register.organisation(by=actor(), on=runtime())
    return render_template("party/organisation.html", form=forms.Form(found), organisation=found, **_organisation_choices())


@door.route("/console/organisation", needs=Permission.PARTY_ORGANISATION_WRITE, methods=("POST",))
def organisation_send() -> Response:
    """Change the organisation's data."""
    values = forms.read(*(name for name in ORGANISATION if name != "kind"))
    try:
        register.update_organisation(values, by=actor(), on=runtime())
    except Refusal as refusal:
        found = register.organisation(by=actor(), on=runtime())
        return forms.again("party/organisation.html", values, refusal, "party", organisation=found, **_organisation_choices())
    return redirect("/console/organisation?done=saved", code=303)


def _organisation_choices() -> dict[str, Any]:
    return _choices() | {"may_write": actor().may(Permission.PARTY_ORGANISATION_WRITE), "names": rules.provinces()}


@door.route("/console/api-keys", needs=Permission.PARTY_API_KEY_WRITE)
def api_keys_page() -> str:
    """The API keys of the organisation, and the form for a new one."""
    return render_template("party/api_keys.html", form=forms.Form({"days": "365", "role": str(_roles()[0])}), **_key_choices())


@door.route("/console/api-keys", needs=Permission.PARTY_API_KEY_WRITE, methods=("POST",))
def api_key_make() -> str | Response:
    """Make a key and show it, this once."""
    values = forms.read("label", "role", "access", "days")
    role = next((each for each in _roles() if each == values["role"]), None)
    days = dict(_KEY_DAYS).get(values["days"], 365)
    try:
        scopes = [str(each) for each in ACCESS.get(values["access"], ())]
        key = register.issue_api_key(values["label"], by=actor(), on=runtime(), role=role, scopes=scopes, days=days)
    except Refusal as refusal:
        return forms.again("party/api_keys.html", values, refusal, "party", **_key_choices())
    return render_template("party/api_key_made.html", key=key, label=values["label"], base=runtime().settings.public_url())


@door.route("/console/api-keys/<key_id>/revoke", needs=Permission.PARTY_API_KEY_WRITE, methods=("POST",))
def api_key_revoke(key_id: str) -> Response:
    """End a key."""
    register.revoke_api_key(key_id, by=actor(), on=runtime())
    return redirect("/console/api-keys?done=revoked", code=303)


def _roles() -> list[Role]:
    return [role for role in _KEY_ROLES if GRANTS[role] <= GRANTS[actor().role]]


def _key_choices() -> dict[str, Any]:
    return {
        "keys": register.api_keys(by=actor(), on=runtime()),
        "now": runtime().clock.now(),
        "roles": [(str(role), t(f"party.role_{role}")) for role in _roles()],
        "accesses": [(name, t(f"party.access_{name}")) for name in ACCESS],
        "validities": [(text, t("party.days", count=days)) for text, days in _KEY_DAYS],
    }
