"""Sign-in, sign-up, the overview, the organisation and API keys as people meet them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.api.application import make_application
from app.api.identity import COOKIE
from app.capture.find import COUNTED
from app.capture.model import CaptureDocument
from app.party import register, sign_in
from app.party.permissions import Role
from app.runtime import Runtime, make_runtime
from app.store.tables import table
from tests.builders import make_enterprise, signed_in

ORGANISATION = {
    "name": "HTX Vải Hương Giang",
    "kind": "enterprise",
    "tax_code": "0123456789",
    "prefix": "9521001",
    "province": "31",
    "commune": "xã Thanh Hà",
}
PERSON = {"person_name": "Nguyễn Thị Hương", "email": "huong@vai.example", "password": "vải-chín đỏ 2026"}


def _sign_up(client: Any, **changes: str) -> Any:
    return client.post("/sign-up", data=ORGANISATION | PERSON | changes)


def _cookie(answer: Any) -> str:
    return next(line for name, line in answer.headers if name == "Set-Cookie" and line.startswith(COOKIE))


def _fields_in_error(page: str) -> set[str]:
    return set(re.findall(r'<a href="#f-([a-z_]+)">', page))


def test_who_registers_is_signed_in_and_sees_the_first_step(client: Any) -> None:
    answer = _sign_up(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console")
    page = client.get("/console").text
    assert "HTX Vải Hương Giang" in page
    assert "Nguyễn Thị Hương" in page
    assert page.count('class="is-done"') == 1
    assert page.count('class="is-next"') == 1


def test_a_registration_gives_the_organisation_a_signing_key(client: Any, on: Runtime) -> None:
    from app.party import find

    _sign_up(client)
    with on.store.reading() as connection:
        key = find.signing_key(connection, int(client.get("/api/session").json["organisation"]["id"]))
    assert key is not None
    assert key.hosted


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Any) -> None:
    cookie = _cookie(_sign_up(client))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_session_cookie_is_secure(on: Runtime) -> None:
    from dataclasses import replace

    secure = make_runtime(replace(on.settings, secure_cookies=True), on.clock)
    cookie = _cookie(_sign_up(make_application(runtime=secure).test_client()))
    secure.close()
    assert "Secure" in cookie


def test_an_empty_form_comes_back_with_a_link_to_each_field(client: Any) -> None:
    answer = client.post("/sign-up?lang=en", data={"name": "Vải"})
    assert answer.status_code == 400
    assert _fields_in_error(answer.text) == {"person_name", "email", "password"}
    assert 'value="Vải"' in answer.text
    assert "“Your name” is missing." in answer.text


def test_a_password_never_comes_back_in_a_page(client: Any) -> None:
    assert PERSON["password"] not in _sign_up(client, email="no-address").text


def test_a_taken_address_is_told_beside_its_field(client: Any) -> None:
    _sign_up(client)
    answer = _sign_up(client, tax_code="", prefix="", name="Khác")
    assert (answer.status_code, _fields_in_error(answer.text)) == (409, {"email"})


def test_markup_in_a_name_is_shown_and_not_run(client: Any) -> None:
    _sign_up(client, name="<script>alert(1)</script>")
    assert "<script" not in client.get("/console").text


def test_a_household_registers_without_prefix(client: Any) -> None:
    assert _sign_up(client, kind="household", prefix="", tax_code="031234567890").status_code == 303


def test_who_signs_in_goes_where_they_wanted(client: Any, on: Runtime) -> None:
    register.sign_up(ORGANISATION | PERSON, on=on)
    asked = client.get("/console/products?q=v%E1%BA%A3i")
    assert asked.headers["Location"] == "/sign-in?next=%2Fconsole%2Fproducts%3Fq%3Dv%25E1%25BA%25A3i"
    form = client.get(asked.headers["Location"]).text
    wanted = re.search(r'name="next" value="([^"]+)"', form)
    assert wanted is not None
    answer = client.post("/sign-in", data={"email": PERSON["email"], "password": PERSON["password"], "next": wanted[1]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/products?q=v%E1%BA%A3i")


def test_sign_in_never_leads_to_another_site(client: Any, on: Runtime) -> None:
    register.sign_up(ORGANISATION | PERSON, on=on)
    answer = client.post("/sign-in", data={"email": PERSON["email"], "password": PERSON["password"], "next": "//evil.example/console"})
    assert answer.headers["Location"] == "/console"


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Any, on: Runtime) -> None:
    register.sign_up(ORGANISATION | PERSON, on=on)
    pages = [
        client.post("/sign-in?lang=en", data={"email": email, "password": "wrong"}) for email in (PERSON["email"], "nobody@vai.example")
    ]
    assert [page.status_code for page in pages] == [401, 401]
    assert all("do not belong together" in page.text for page in pages)


def test_after_too_many_attempts_there_is_a_pause(client: Any, on: Runtime) -> None:
    for _ in range(on.settings.sign_in_attempts):
        client.post("/sign-in", data={"email": "pause@vai.example", "password": "wrong"}, environ_base={"REMOTE_ADDR": "10.9.8.7"})
    answer = client.post("/sign-in", data={"email": "pause@vai.example", "password": "wrong"}, environ_base={"REMOTE_ADDR": "10.9.8.7"})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 901


def test_signing_out_ends_the_session_itself(client: Any, on: Runtime) -> None:
    token = _cookie(_sign_up(client)).split("=", 1)[1].split(";")[0]
    assert not sign_in.by_session(token, on=on).anonymous
    assert client.post("/sign-out").headers["Location"] == "/"
    assert sign_in.by_session(token, on=on).anonymous
    assert client.get("/console").status_code == 303


def test_a_form_of_another_site_signs_nobody_in(client: Any, on: Runtime) -> None:
    register.sign_up(ORGANISATION | PERSON, on=on)
    sent = {"email": PERSON["email"], "password": PERSON["password"]}
    assert client.post("/sign-in", data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/sign-in", data=sent, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/sign-in", data=sent, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_language_link_is_remembered_for_the_person(client: Any, on: Runtime) -> None:
    firm = make_enterprise(on)
    signed_in(client, on, firm)
    assert '<html lang="fr">' in client.get("/console?lang=fr").text
    assert '<html lang="fr">' in client.get("/console").text


def test_the_language_of_the_sign_in_page_stays_with_the_person(client: Any, on: Runtime) -> None:
    register.sign_up(ORGANISATION | PERSON, on=on)
    client.post("/sign-in?lang=fr", data={"email": PERSON["email"], "password": PERSON["password"]})
    assert '<html lang="fr">' in client.get("/console").text


def test_the_owner_changes_the_organisation(client: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on))
    changed = {"name": "HTX Vải Mới", "province": "31", "commune": "xã Thanh Hà", "website": "https://vai.example"}
    assert client.post("/console/organisation", data=changed).headers["Location"] == "/console/organisation?done=saved"
    page = client.get("/console/organisation?done=saved&lang=en").text
    assert 'value="HTX Vải Mới"' in page
    assert "data are saved" in page
    assert client.post("/console/organisation", data=changed | {"website": "javascript:alert(1)"}).status_code == 400


def test_a_member_reads_the_organisation_without_a_form(client: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on), Role.MEMBER)
    page = client.get("/console/organisation")
    assert page.status_code == 200
    assert 'action="/console/organisation"' not in page.text
    assert client.post("/console/organisation", data={"name": "x"}).status_code == 403


def test_a_new_key_is_shown_once_with_a_command_that_works(client: Any, app: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on))
    sent: Mapping[str, str] = {"label": "cân nhà đóng gói", "role": "member", "access": "capture", "days": "90"}
    page = client.post("/console/api-keys", data=sent).text
    key = re.search(r"tx_[0-9a-f]+_[\w-]+", page)
    assert key is not None
    assert f'curl -H "Authorization: Bearer {key[0]}" https://example.test/api/session' in page
    told = app.test_client().get("/api/session", headers={"Authorization": f"Bearer {key[0]}"}).json
    assert (told["role"], told["permissions"]) == ("member", ["capture:event:read", "capture:event:write", "catalogue:record:read"])
    listed = client.get("/console/api-keys").text
    assert "cân nhà đóng gói" in listed
    assert key[0] not in listed


def test_a_key_is_revoked_after_a_second_question(client: Any, app: Any, on: Runtime) -> None:
    firm = make_enterprise(on)
    signed_in(client, on, firm)
    key = register.issue_api_key("cân", by=firm.actor(), on=on)
    path = f"/console/api-keys/{key.split('_', 2)[1]}/revoke"
    assert f'<form method="post" action="{path}"' in client.get("/console/api-keys").text
    assert client.post(path).headers["Location"] == "/console/api-keys?done=revoked"
    assert app.test_client().get("/api/session", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert path not in client.get("/console/api-keys").text


def test_without_a_name_the_form_for_a_key_comes_back(client: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on))
    answer = client.post("/console/api-keys", data={"label": "", "role": "owner", "access": "all", "days": "365"})
    assert (answer.status_code, _fields_in_error(answer.text)) == (400, {"label"})


def test_the_overview_counts_the_newest_documents_and_says_when_there_are_more(client: Any, on: Runtime) -> None:
    firm = make_enterprise(on)
    signed_in(client, on, firm)
    columns = ("party_id", "document_id", "received_at", "content_type", "content_sha256", "content", "event_count")
    rows = [(firm.party_id, number, 1, "application/json", b"", b"", 2) for number in range(COUNTED + 1)]
    on.store.write(lambda tx: tx.insert(table(CaptureDocument), columns, rows[:COUNTED]))
    assert '<span class="figure-number">2,000</span>' in client.get("/console?lang=en").text
    on.store.write(lambda tx: tx.insert(table(CaptureDocument), columns, rows[COUNTED:]))
    assert '<span class="figure-number">2,000+</span>' in client.get("/console?lang=en").text
