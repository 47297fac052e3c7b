"""Who may call what, and that a browser cannot be made to call it for somebody else."""

from dataclasses import replace

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationError
from pyramid.security import NO_PERMISSION_REQUIRED
from sqlalchemy import select

from shuhua_core.audit.models import SecurityEntry
from shuhua_core.testing.world import PASSWORD
from shuhua_web import make_app
from tests.web.client import OfficeClient, Person
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return ROOMS


def app_with(deployment, **view):
    def include(config: Configurator):
        config.add_route("home", "/")
        config.add_view(lambda _request: None, route_name="home", renderer="string", **view)

    return make_app(deployment, rooms=(include,))


@pytest.mark.sqlite
@pytest.mark.parametrize("permission", [None, "", "tasks.everything", NO_PERMISSION_REQUIRED])
def test_a_view_without_a_permission_does_not_start(deployment, permission):
    with pytest.raises(ConfigurationError, match="names no permission"):
        app_with(deployment, **({} if permission is None else {"permission": permission}))


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(visitor):
    answer = visitor.get("/sample-staff?tab=2", status=303)
    assert answer.location == "http://localhost/sign-in?next=%2Fsample-staff%3Ftab%3D2"
    assert visitor.get("/sample-staff", headers={"HX-Request": "true"}, status=401).headers["HX-Redirect"].startswith("/sign-in")


def test_who_lacks_the_permission_is_told_so_on_a_page(as_, deployment):
    person = as_("repairer")
    page = person.office.get("/sample-staff", status=403)
    assert page.html.title
    with deployment.database.read() as session:
        assert session.scalars(select(SecurityEntry.kind)).all() == ["authz.function_denied"]


def test_a_permission_for_reading_a_page_is_not_one_for_sending_it(as_):
    as_("repairer").office.post_form("/sample-staff", status=403)
    as_("administrator").office.post_form("/sample-staff", status=200)


@pytest.mark.parametrize("token", ["", "x", None])
def test_a_form_without_the_token_of_the_session_is_refused(as_, token):
    person = as_("administrator")
    fields = {} if token is None else {"csrf_token": token}
    assert person.office.post("/sample-staff", fields, status=403).html.title


def test_the_token_of_somebody_else_is_refused(as_):
    person = as_("administrator")
    person.office.post("/sample-staff", {"csrf_token": as_("dispatcher").office.csrf_token}, status=403)


def test_the_token_is_taken_from_the_header_but_not_from_the_address(as_):
    person = as_("administrator")
    token = person.office.csrf_token
    person.office.post("/sample-staff", headers={"X-CSRF-Token": token}, status=200)
    person.office.post(f"/sample-staff?csrf_token={token}", status=403)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused_even_with_the_token(as_, site):
    person = as_("administrator")
    person.office.post_form("/sample-staff", headers={"Sec-Fetch-Site": site}, status=403)
    person.office.post_form("/sample-staff", headers={"Origin": "https://evil.example"}, status=403)
    person.office.post_form("/sample-staff", headers={"Origin": "null"}, status=403)
    person.office.post_form("/sample-staff", headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, status=200)


def test_signing_in_is_protected_too(app):
    browser, other = OfficeClient(app), OfficeClient(app)
    token = browser.get("/sample-form", status=200).text
    fields = {"login": "dispatcher", "password": PASSWORD}
    browser.post("/sign-in", fields, status=403)
    other.get("/sample-form")
    other.post("/sign-in", {**fields, "csrf_token": token}, status=403)
    assert "shuhua-session" not in browser.cookies
    assert "shuhua-session" not in other.cookies


def test_a_cookie_reads_the_api_and_writes_it_only_with_the_token(as_):
    person = as_("dispatcher")
    key = {"Idempotency-Key": "0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f"}
    person.office.get("/api/v1/samples", status=200)
    answer = person.office.post_json("/api/v1/samples", {"number": "X1"}, headers=key, status=403)
    assert answer.json["code"] == "csrf"
    plain = {**key, "Content-Type": "text/plain"}
    person.office.post("/api/v1/samples", b'{"number": "X1"}', headers=plain, status=403)
    allowed = {**key, "X-CSRF-Token": person.office.csrf_token}
    person.office.post_json("/api/v1/samples", {"number": "X1"}, headers=allowed, status=201)


def test_a_bearer_token_opens_no_page(app, as_):
    headers = {"Authorization": f"Bearer {as_('administrator').token}"}
    OfficeClient(app).get("/sample-staff", headers=headers, status=303)


@pytest.fixture
def secure(deployment):
    """People and their application where the deployment is reached over https."""
    over_https = replace(deployment, settings=replace(deployment.settings, origin="https://service.example.com"))
    deployment.database.info["deployment"] = over_https
    return over_https, make_app(over_https, rooms=ROOMS)


@pytest.mark.sqlite
def test_over_https_cookies_are_bound_to_the_host_and_links_to_the_configured_one(secure):
    deployment, app = secure
    answer = OfficeClient(app).get("/sample-staff", headers={"Host": "evil.example"}, status=303)
    assert answer.location.startswith("https://service.example.com/sign-in")
    assert answer.headers["Strict-Transport-Security"]
    form = OfficeClient(app).get("/sample-form")
    cookie = form.headers["Set-Cookie"]
    assert cookie.startswith("__Host-shuhua-visitor=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute.lower() in cookie.lower()
    assert "domain" not in cookie.lower()
    browser = OfficeClient(app)
    browser.set_cookie("shuhua-session", Person(app, deployment, "administrator").office.cookies["shuhua-session"])
    browser.get("/sample-staff", status=303)


def test_a_session_that_has_ended_opens_nothing(as_, deployment, clock):
    from datetime import timedelta

    person = as_("administrator")
    person.office.get("/sample-staff", status=200)
    clock.set(clock.now() + timedelta(hours=13))
    person.office.get("/sample-staff", status=303)


def test_forbidden_fields_are_noted_by_name_only(as_, deployment):
    as_("dispatcher").api.post("/samples", {"number": "X1", "organisation_path": "/1/", "role": "13900000000"}, status=422)
    with deployment.database.read() as session:
        entry = session.scalars(select(SecurityEntry)).one()
    assert (entry.kind, entry.detail["fields"]) == ("input.forbidden_field", ["organisation_path", "role"])
    assert "13900000000" not in str(entry.detail)


def test_a_stranger_cannot_fill_the_security_log(anonymous, deployment):
    anonymous.get("/samples/1", status=401)
    anonymous.post("/samples", {"number": "X1", "role": "x"}, status=422)
    with deployment.database.read() as session:
        assert session.scalars(select(SecurityEntry)).all() == []
