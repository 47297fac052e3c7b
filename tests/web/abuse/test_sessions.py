"""Abuse cases 23, 26 and 27: sessions, forged requests, redirects, scripts in what people write, headers of every answer."""

import re
from urllib.parse import quote

import pytest
from webob import Request

from shuhua_core.testing.world import PASSWORD
from tests.web.client import ApiClient, OfficeClient

NEW = "another long password"


def browser(app):
    """A browser at the sign-in page."""
    client = OfficeClient(app)
    page = client.get("/sign-in", status=200)
    return client, page


def token_of(page):
    return page.html.find("input", {"name": "csrf_token"})["value"]


def sign_in(client, page, login="dispatcher", password=PASSWORD, path="/sign-in", **options):
    return client.post(path, {"csrf_token": token_of(page), "login": login, "password": password}, **options)


def session_cookie(client):
    return client.cookies.get("shuhua-session")


def test_case_23_a_session_planted_before_signing_in_is_not_the_one_after(app):
    client, page = browser(app)
    client.set_cookie("shuhua-session", "planted-by-somebody-else-0123456789")
    sign_in(client, client.get("/sign-in"), status=303)
    first = session_cookie(client)
    assert first != "planted-by-somebody-else-0123456789"
    again, page = browser(app)
    sign_in(again, page, status=303)
    assert session_cookie(again) != first
    assert token_of(again.get("/password")) != token_of(page)


def test_case_23_signing_out_ends_the_session_at_once(app):
    client, page = browser(app)
    sign_in(client, page, status=303)
    stolen = session_cookie(client)
    client.post("/sign-out", {"csrf_token": token_of(client.get("/password"))}, status=303)
    thief = OfficeClient(app)
    thief.set_cookie("shuhua-session", stolen)
    assert thief.get("/password", status=303).location.startswith("http://localhost/sign-in")
    thief.get("/api/v1/session", status=401)


def test_case_23_signing_out_a_phone_ends_its_token_and_no_other(as_):
    person = as_("repairer")
    person.api.delete("/session", status=204)
    person.api.get("/session", status=401)
    person.api.get("/tasks", status=401)
    person.office.get("/", status=200)


def test_case_23_a_changed_password_ends_all_other_sessions(app, as_):
    person = as_("repairer")
    client, page = browser(app)
    sign_in(client, page, "repairer", status=303)
    fields = {"csrf_token": token_of(client.get("/password")), "old": PASSWORD, "new": NEW, "again": NEW}
    client.post("/password", fields, status=303)
    client.get("/password", status=200)
    person.api.get("/session", status=401)
    assert person.office.get("/password", status="*").status_int == 303
    client, page = browser(app)
    assert sign_in(client, page, "repairer", status="*").status_int in {401, 422}
    assert session_cookie(client) is None
    sign_in(client, client.get("/sign-in"), "repairer", NEW, status=303)


def test_case_23_disabling_a_user_and_taking_a_role_count_at_once(as_, world):
    person, office = as_("repairer"), as_("administrator").office
    path = f"/users/{world.users['repairer']}"
    person.api.get("/tasks", status=200)
    form = office.get(f"{path}/disable", status=200)
    data = {field["name"]: field.get("value", "") for field in form.html.select("main form input[name]")}
    office.post(f"{path}/disable", data, status=303)
    person.api.get("/session", status=401)
    assert person.office.get("/password", status="*").status_int == 303


def test_case_23_cookies_are_shut_and_tokens_never_stand_in_addresses(app, as_):
    client, page = browser(app)
    answer = sign_in(client, page, status=303)
    cookie = next(each for each in answer.headers.getall("Set-Cookie") if each.startswith("shuhua-session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "path=/" in cookie.lower()
    assert "domain" not in cookie.lower()
    token = as_("dispatcher").token
    for query in (f"?token={token}", f"?access_token={token}", f"?shuhua-session={session_cookie(client)}"):
        assert Request.blank(f"/api/v1/session{query}").get_response(app).status_int == 401
    assert session_cookie(client) not in client.get("/").text
    assert "location" not in str(answer.headers).lower() or session_cookie(client) not in answer.location


def test_case_23_a_phones_token_is_no_cookie_and_a_browsers_no_bearer_token(app, as_):
    person = as_("dispatcher")
    forged = OfficeClient(app)
    forged.set_cookie("shuhua-session", person.token)
    assert forged.get("/password", status="*").status_int == 303
    client, page = browser(app)
    sign_in(client, page, status=303)
    ApiClient(app, session_cookie(client)).get("/session", status=401)


def test_case_23_unknown_logins_and_wrong_passwords_look_alike(app):
    client = ApiClient(app)
    wrong = client.app.post_json("/api/v1/session", {"login": "dispatcher", "password": "wrong password"}, status=401).json
    unknown = client.app.post_json("/api/v1/session", {"login": "nobody", "password": "wrong password"}, status=401).json
    wrong.pop("request_id"), unknown.pop("request_id")
    assert wrong == unknown


# 26 -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "x" * 43, "é"])
def test_case_26_a_form_without_the_sessions_token_is_refused(as_, token):
    office = as_("administrator").office
    fields = {"login": "planted", "name": "planted"} | ({} if token is None else {"csrf_token": token})
    assert office.post("/users/new", fields, status="*").status_int == 403
    assert office.post("/sign-out", {} if token is None else {"csrf_token": token}, status="*").status_int == 403
    office.get("/users?q=planted", status=200).mustcontain(no=">planted<")


def test_case_26_the_token_of_another_person_or_visitor_does_not_fit(app, as_):
    _client, page = browser(app)
    for token in (token_of(page), as_("dispatcher").office.csrf_token):
        assert as_("administrator").office.post("/sign-out", {"csrf_token": token}, status="*").status_int == 403


def test_case_26_signing_somebody_in_from_another_site_is_refused(app):
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        client, page = browser(app)
        token = token_of(page) if headers else ""
        fields = {"csrf_token": token, "login": "dispatcher", "password": PASSWORD}
        assert client.post("/sign-in", fields, headers=headers, status="*").status_int == 403, headers
        assert session_cookie(client) is None


def test_case_26_the_api_believes_a_cookie_only_with_the_token(as_, world, walk):
    task = walk.approve(walk.report())
    office = as_("dispatcher").office
    path, body = f"/api/v1/tasks/{task['id']}/actions/allocate", {"unit_id": world.units["agent"].id}
    key = {"Idempotency-Key": "0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f"}
    for headers in (
        {},
        {"X-CSRF-Token": "x"},
        {"X-CSRF-Token": office.csrf_token, "Origin": "https://evil.example"},
        {"X-CSRF-Token": office.csrf_token, "Sec-Fetch-Site": "same-site"},
    ):
        assert office.post_json(path, body, headers={**key, **headers}, status="*").status_int == 403, headers
    assert office.delete("/api/v1/session", status="*").status_int == 403
    office.post_json(path, body, headers={**key, "X-CSRF-Token": office.csrf_token}, status=200)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/json; charset=gbk"],
)
def test_case_26_json_that_another_site_could_send_as_a_form_is_refused(as_, content_type):
    person = as_("customer")
    raw = b'{"symptom": "forged"}'
    headers = {"Content-Type": content_type, "Idempotency-Key": "0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f"}
    with_cookie = person.office.post("/api/v1/repairs", raw, headers=headers, status="*")
    assert with_cookie.status_int in {403, 415}
    with_token = person.api.app.post("/api/v1/repairs", raw, headers={**headers, **person.api.headers}, status="*")
    assert with_token.status_int == 415
    sign_in = person.api.app.post(
        "/api/v1/session", b'{"login":"x","password":"y"}', headers={"Content-Type": content_type}, status="*"
    )
    assert sign_in.status_int == 415


def test_case_26_every_answer_carries_the_headers_that_shut_it(app, as_, walk):
    person = as_("dispatcher")
    walk.report()
    client, _page = browser(app)
    answers = [
        client.get("/sign-in"),
        client.get("/nowhere", status=404),
        client.get("/password", status=303),
        person.office.get("/"),
        person.office.get("/users", status=403),
        person.api.get("/repairs"),
        person.api.get("/repairs/1"),
        person.api.get("/repairs/0", status=404),
        person.api.get("/docs"),
        person.api.get("/openapi.json"),
        person.api.app.post_json("/api/v1/session", {}, status=422),
    ]
    for answer in answers:
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"unsafe-inline|unsafe-eval|\*|http:", policy), policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
        assert "no-store" in headers["Cache-Control"] or answer.status_int == 303
        assert "Server" not in headers
        assert "Access-Control-Allow-Origin" not in headers
        if answer.content_type == "text/html":
            for tag in answer.html.find_all(["script", "style"]):
                assert tag.get("src") or tag.get("nonce") or tag.get("type") in {"application/json", "text/template"}, tag
            assert not [
                name
                for tag in answer.html.find_all(True)
                for name in tag.attrs
                if name.startswith(("on", "hx-on")) or name == "style"
            ]


SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
)


def unescaped(answer):
    """Tags and handlers that came out of what people wrote."""
    html = answer.html
    return [
        str(tag)[:200]
        for tag in html.find_all(True)
        if "alert(1)" in (tag.string or "") * (tag.name == "script" and not tag.get("type"))
        or any(name.startswith("on") for name in tag.attrs)
        or str(tag.get("href", "")).startswith("javascript:")
        or (tag.name in {"img", "svg"} and (tag.get("src") == "x" or "alert" in str(tag)))
    ]


def test_case_26_scripts_in_what_people_write_are_shown_as_text(walk, as_, world):
    for index, text in enumerate(SCRIPTS):
        repair = walk.report(symptom=f"坏了 {text}", address=text[:100], caller_name=text[:60])
        if index == 0:
            task = walk.approve(repair)
            walk.to_assigned(task)
            walk.task("repairer", task, "feedback", text=text)
            walk.task("dispatcher", task, "recall", reason=text)
        else:
            walk.repair("reviewer", repair, "ask_more", question=text)
    pages = ["/", f"/?q={quote(SCRIPTS[1])}", f"/nowhere/{quote(SCRIPTS[0])}", f"/sign-in?next={quote(SCRIPTS[4])}"]
    office = as_("dispatcher").office
    pages += [
        "/repairs",
        f"/repairs?q={quote(SCRIPTS[1])}",
        f"/repairs/{repair['id']}",
        "/tasks",
        f"/tasks/{task['id']}",
        "/messages",
    ]
    seen = 0
    for path in pages:
        answer = office.get(path, status="*")
        if answer.content_type != "text/html" or answer.status_int == 303:
            continue
        seen += answer.status_int == 200
        assert unescaped(answer) == [], path
    assert seen >= 8


# 27 -----------------------------------------------------------------------------------------------------------------------

EVIL = (
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "https:evil.example",
    "https://evil.example",
    "https:///evil.example",
    "http://localhost@evil.example/",
    "http://localhost:80@evil.example/",
    "http://localhost.evil.example/",
    "//localhost\\@evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/x\r\nSet-Cookie: a=b",
    "/x\r\nLocation: //evil.example",
    "%2f%2fevil.example",
    "/.//evil.example",
    "/..//evil.example",
    " //evil.example",
    "\u3000//evil.example",
    "http:／／evil.example",
)


def safe(location):
    """Whether a browser that is sent there stays here: the address names our host in full."""
    return location.startswith("http://localhost/") and not re.search(r"[\t\r\n\\]", location)


def test_case_27_after_signing_in_nobody_is_sent_to_another_host(app, as_):
    client, page = browser(app)
    token = token_of(page)
    for target in EVIL:
        fresh = OfficeClient(app)
        for name, value in client.cookies.items():
            fresh.set_cookie(name, value)
        fields = {"csrf_token": token, "login": "dispatcher", "password": PASSWORD}
        answer = fresh.post(f"/sign-in?next={quote(target)}", fields, status=303)
        assert safe(answer.location), (target, answer.location)
        assert "a=b" not in str(answer.headers)
        signed_in = as_("dispatcher").office.get(f"/sign-in?next={quote(target)}", status=303)
        assert safe(signed_in.location), (target, signed_in.location)
        language = as_("dispatcher").office.post_form("/language", {"locale": "en", "back": target}, status="*")
        assert language.status_int == 303, target
        assert safe(language.location), (target, language.location)


def test_case_27_the_page_that_was_wanted_is_come_back_to(app):
    client = OfficeClient(app)
    sent = client.get("/password?x=1", status=303)
    page = client.get(sent.location)
    fields = {"csrf_token": token_of(page), "login": "dispatcher", "password": PASSWORD}
    assert client.post(sent.location, fields, status=303).location == "http://localhost/password?x=1"


@pytest.mark.parametrize("host", ["evil.example", "localhost:80@evil.example"])
def test_case_27_a_forged_host_header_does_not_choose_where_people_are_sent(app, host):
    blank = Request.blank("/password")
    blank.environ["HTTP_HOST"] = host
    answer = blank.get_response(app)
    if answer.status_int == 303:
        path = re.sub(r"^https?://[^/]*", "", answer.headers["Location"])
        assert path.startswith("/sign-in")
        assert "evil" not in path
