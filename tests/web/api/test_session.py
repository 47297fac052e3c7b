"""Signing in of devices, and what a token is worth when."""

import pytest
from sqlalchemy import update

from shuhua_core.accounts.models import LoginSession, User
from shuhua_core.testing.world import PASSWORD
from tests.web.client import ApiClient
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return ROOMS


def sign_in(anonymous, login="repairer", password=PASSWORD, **more):
    return anonymous.app.post_json(
        "/api/v1/session", {"login": login, "password": password, **more}, headers=anonymous.headers, status="*"
    )


def test_a_device_signs_in_and_out(anonymous, app):
    answer = sign_in(anonymous, device="phone")
    assert answer.status_int == 201
    assert answer.json["user"]["login"] == "repairer"
    client = ApiClient(app, answer.json["token"])
    assert client.get("/session", status=200).json["user"] == answer.json["user"]
    client.delete("/session", status=204)
    assert client.get("/session", status=401).json["code"] == "not_signed_in"


def test_each_sign_in_makes_a_new_token(anonymous):
    assert sign_in(anonymous).json["token"] != sign_in(anonymous).json["token"]


@pytest.mark.parametrize(
    ("login", "password"), [("repairer", "wrong password"), ("nobody", PASSWORD), ("repairer", f" {PASSWORD}")]
)
def test_a_wrong_login_and_a_wrong_password_look_alike(anonymous, login, password):
    answer = sign_in(anonymous, login, password)
    assert (answer.status_int, answer.json["code"]) == (401, "sign_in_failed")
    assert set(answer.json) == {"type", "title", "status", "code", "request_id"}


def test_guessing_is_slowed_down_whatever_address_a_client_invents(anonymous):
    for attempt in range(5):
        anonymous.headers["X-Forwarded-For"] = f"203.0.113.{attempt}"
        assert sign_in(anonymous, password="wrong password").status_int == 401
    anonymous.headers["X-Forwarded-For"] = "203.0.113.99"
    answer = sign_in(anonymous)
    assert (answer.status_int, answer.json["code"]) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"login": "repairer"},
        {"login": "repairer", "password": 7},
        {"login": ["repairer"], "password": "x"},
        {"login": "a", "password": "x", "kind": "browser"},
    ],
)
def test_what_is_no_sign_in_is_422(anonymous, body):
    assert anonymous.app.post_json("/api/v1/session", body, headers=anonymous.headers, status=422)


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Basic cmVwYWlyZXI6eA==", "x", "Bearer \xff"])
def test_a_token_that_is_none_is_401_also_where_no_one_needs_one(app, header):
    client = ApiClient(app)
    client.headers["Authorization"] = header
    for path in ("/", "/session", "/openapi.json"):
        answer = client.get(path, status=401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_refused_from_the_moment_its_session_ends(as_, deployment):
    person = as_("repairer")
    person.api.get("/session", status=200)
    with deployment.database.write() as session:
        session.execute(update(User).where(User.login == "repairer").values(active=False))
    person.api.get("/session", status=401)


def test_an_expired_token_is_refused(as_, deployment, clock):
    from datetime import timedelta

    person = as_("repairer")
    clock.set(clock.now() + timedelta(days=91))
    person.api.get("/session", status=401)


def test_a_browsers_token_is_no_bearer_token_nor_the_other_way_round(app, as_):
    person = as_("repairer")
    ApiClient(app, person.office.cookies["shuhua-session"]).get("/session", status=401)
    person.office.set_cookie("shuhua-session", person.token)
    person.office.get("/api/v1/session", status=401)


def test_a_token_in_the_address_is_refused(app, as_):
    token = as_("repairer").token
    ApiClient(app).get("/session", token=token, status=401)


def test_the_use_of_a_session_is_noted_after_a_while(as_, deployment, clock):
    from datetime import timedelta

    from sqlalchemy import select

    person = as_("repairer")
    clock.set(clock.now() + timedelta(hours=1))
    person.office.get("/api/v1/session", status=200)
    with deployment.database.read() as session:
        seen = session.scalars(
            select(LoginSession).where(LoginSession.kind == "browser", LoginSession.user_id == person.user_id)
        ).one()
    assert seen.last_seen_at == clock.now()
