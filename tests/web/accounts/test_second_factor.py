"""Codes besides the password: set up, asked for at every sign-in, taken once, enforced by a role."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from shuhua_core.accounts.models import LoginSession, Role, SecondFactor
from shuhua_core.accounts.roles import roles_changed
from shuhua_core.accounts.second_factor import key_of
from shuhua_core.testing.world import PASSWORD


def code(key, clock):
    return pyotp.TOTP(key).at(clock.now())


def set_up(browser, clock):
    page = browser.get("/second-factor", status=200)
    key = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)[1]
    assert "<svg" in page.text
    form = page.forms["form-setupschema"]
    form["code"] = code(key, clock)
    done = form.submit(status=200)
    return key, re.findall(r"<code>([a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4})</code>", done.text)


def first_step(browser, login="leader"):
    form = browser.get("/sign-in?next=/tasks").forms["form-signinschema"]
    form["login"], form["password"] = login, PASSWORD
    return form.submit(status=303)


def second_step(browser, location, typed):
    form = browser.get(location).forms["form-codeschema"]
    form["code"] = typed
    return form.submit(expect_errors=True)


@pytest.fixture
def key(as_, clock):
    found, _codes = set_up(as_("leader").office, clock)
    clock.set(clock.now() + timedelta(minutes=1))
    return found


def test_the_code_follows_the_password_and_leads_to_the_page_that_was_wanted(key, visitor, clock):
    location = first_step(visitor).location
    assert "/sign-in/code" in location
    visitor.get("/", status=303)  # the password alone opens nothing
    done = second_step(visitor, location, code(key, clock))
    assert (done.status_int, done.location) == (303, "http://localhost/tasks")
    visitor.get("/", status=200)


def test_setting_it_up_ends_the_other_sessions_and_keeps_the_key_out_of_the_database(as_, clock, deployment):
    person = as_("leader")
    key, codes = set_up(person.office, clock)
    assert len(set(codes)) == 10
    person.office.get("/", status=200)
    assert person.api.get("/session").status_int == 401
    with deployment.database.read() as session:
        factor = session.scalars(select(SecondFactor)).one()
        assert key not in str(vars(factor))
        assert key == key_of(deployment.settings, person.user_id, factor.nonce)


def test_a_wrong_code_puts_nothing_in_force(as_):
    page = as_("leader").office.get("/second-factor")
    key = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)[1]
    form = page.forms["form-setupschema"]
    form["code"] = "000000"
    again = form.submit(status=422)
    assert key in again.text


def test_a_code_is_taken_once(key, visitor, clock, app):
    typed = code(key, clock)
    assert second_step(visitor, first_step(visitor).location, typed).status_int == 303
    visitor.reset()
    assert second_step(visitor, first_step(visitor).location, typed).status_int == 422
    clock.set(clock.now() + timedelta(seconds=30))
    assert second_step(visitor, first_step(visitor).location, code(key, clock)).status_int == 303


def test_a_recovery_code_is_taken_once(as_, visitor, clock):
    _key, codes = set_up(as_("leader").office, clock)
    assert second_step(visitor, first_step(visitor).location, codes[0].upper()).status_int == 303
    visitor.reset()
    assert second_step(visitor, first_step(visitor).location, codes[0]).status_int == 422


def test_the_token_between_the_steps_is_worth_nothing_else_and_not_for_long(key, visitor, anonymous, clock):
    location = first_step(visitor).location
    pending = visitor.cookies["shuhua-pending"].strip('"')
    anonymous.headers["Authorization"] = f"Bearer {pending}"
    assert anonymous.get("/session").status_int == 401
    visitor.set_cookie("shuhua-session", pending)
    visitor.get("/", status=303)
    clock.set(clock.now() + timedelta(minutes=6))
    assert second_step(visitor, location, code(key, clock)).location.startswith("http://localhost/sign-in")


def test_a_finished_sign_in_has_a_token_of_its_own_and_ends_the_pending_one(key, visitor, clock, deployment):
    location = first_step(visitor).location
    pending = visitor.cookies["shuhua-pending"]
    second_step(visitor, location, code(key, clock))
    assert visitor.cookies["shuhua-session"] != pending
    with deployment.database.read() as session:
        ended = session.scalars(select(LoginSession.ended_at).where(LoginSession.kind == "pending")).all()
    assert ended
    assert None not in ended


def test_guessing_codes_is_slowed_down(key, visitor):
    location = first_step(visitor).location
    statuses = [second_step(visitor, location, f"{n:06d}").status_int for n in range(7)]
    assert statuses[:5] == [422] * 5
    assert statuses[-1] == 429


def test_a_phone_sends_the_code_along(key, anonymous, clock):
    body = {"login": "leader", "password": PASSWORD, "device": "phone"}
    asked = anonymous.post("/session", body)
    assert (asked.status_int, asked.json["code"]) == (401, "second_factor_required")
    assert anonymous.post("/session", {**body, "otp": "123456"}).json["code"] == "second_factor_required"
    assert anonymous.post("/session", {**body, "password": "wrong one here", "otp": "1"}).json["code"] == "sign_in_failed"
    assert anonymous.post("/session", {**body, "otp": code(key, clock)}).status_int == 201


def test_a_role_that_asks_for_it_opens_nothing_before_it_is_set_up(as_, anonymous, deployment, clock):
    with deployment.database.write() as session:
        session.execute(update(Role).where(Role.code == "leader").values(second_factor=True))
        roles_changed(session)
    person = as_("leader")
    assert person.office.get("/tasks", status=303).location.endswith("/second-factor")
    assert person.api.get("/tasks").json["code"] == "second_factor_missing"
    refused = anonymous.post("/session", {"login": "leader", "password": PASSWORD})
    assert (refused.status_int, refused.json["code"]) == (403, "second_factor_missing")
    key, _codes = set_up(person.office, clock)
    person.office.get("/tasks", status=200)
    clock.set(clock.now() + timedelta(minutes=1))
    form = person.office.get("/second-factor").forms["form-codeschema"]
    form["code"] = code(key, clock)
    form.submit(status=403)  # the role asks for it


def test_one_removes_it_with_a_code_and_the_administrator_a_lost_one(key, as_, visitor, clock, world):
    browser = as_("leader").office
    form = browser.get("/second-factor").forms["form-codeschema"]
    form["code"] = "000000"
    form = form.submit(status=422).forms["form-codeschema"]
    form["code"] = code(key, clock)
    form.submit(status=303)
    assert first_step(visitor).location == "http://localhost/tasks"
    set_up(browser, clock)
    admin = as_("administrator").office
    admin.get(f"/users/{world.users['leader']}/second-factor").forms["form-inputschema"].submit(status=303)
    visitor.reset()
    assert first_step(visitor).location == "http://localhost/tasks"


def test_who_edits_a_branch_takes_no_second_factor_from_an_administrator(as_, world):
    as_("dispatcher").office.get(f"/users/{world.users['administrator']}/second-factor", status=403)
