"""Signing in and out, passwords, the language."""

import pytest

from shuhua_core.testing.world import PASSWORD


def sign_in(browser, login, password, path="/sign-in"):
    form = browser.get(path).forms["form-signinschema"]
    form["login"], form["password"] = login, password
    return form.submit(expect_errors=True)


def test_a_person_signs_in_and_comes_back_to_the_page_that_was_wanted(visitor):
    asked = visitor.get("/users?q=repair", status=303)
    answer = sign_in(visitor, "administrator", PASSWORD, asked.location)
    assert answer.status_int == 303
    assert answer.location == "http://localhost/users?q=repair"
    assert "repairer" in answer.follow()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://localhost.evil.example/",
        "\\/evil",
    ],
)
def test_signing_in_never_leads_to_another_host(visitor, target):
    form = visitor.get("/sign-in", {"next": target}).forms["form-signinschema"]
    form["login"], form["password"] = "leader", PASSWORD
    assert form.submit(status=303).location == "http://localhost/"


def test_a_wrong_password_keeps_the_login_and_never_the_password(visitor):
    answer = sign_in(visitor, "leader", "not the password")
    assert answer.status_int == 422
    assert answer.forms["form-signinschema"]["login"].value == "leader"
    assert "not the password" not in answer
    assert answer.html.select_one("[role=alert]").text.strip()


def test_signing_out_ends_the_session(as_):
    browser = as_("leader").office
    browser.post_form("/sign-out", status=303)
    browser.get("/", status=303)


def test_a_form_of_another_site_signs_nobody_out(as_):
    browser = as_("leader").office
    browser.post("/sign-out", status=403)
    browser.get("/", status=200)


def test_the_password_changes_only_with_the_present_one(as_, visitor):
    browser = as_("leader").office
    form = browser.get("/password").forms["form-changepasswordschema"]
    form["old"], form["new"], form["again"] = "wrong one entirely", "a new long sentence", "a new long sentence"
    refused = form.submit(status=422)
    assert refused.html.select_one("[name=old]")["aria-invalid"] == "true"
    form = refused.forms["form-changepasswordschema"]
    form["old"], form["new"], form["again"] = PASSWORD, "a new long sentence", "another long sentence"
    assert form.submit(status=422).html.select_one("[name=again]")["aria-invalid"] == "true"
    form["again"] = "a new long sentence"
    form.submit(status=303)
    assert sign_in(visitor, "leader", PASSWORD).status_int == 422
    assert sign_in(visitor, "leader", "a new long sentence").status_int == 303


def test_the_language_stays_with_the_person_on_every_device(as_):
    person = as_("leader")
    browser = person.office
    for locale, language in (("en", "en"), ("zh_Hans", "zh-Hans")):
        answer = browser.post_form("/language", {"locale": locale, "back": "/?x=1"}, status=303)
        assert answer.location == "http://localhost/?x=1"
        assert browser.get("/").html.html["lang"] == language
        assert person.api.get("/session").json["user"]["locale"] == locale


def test_a_visitor_chooses_a_language_before_signing_in(visitor):
    assert visitor.get("/sign-in").html.html["lang"] == "en"
    visitor.get("/sign-in").forms[1].submit("locale", value="zh_Hans").follow()
    assert visitor.get("/sign-in").html.html["lang"] == "zh-Hans"


def test_there_is_no_third_language(as_):
    as_("leader").office.post_form("/language", {"locale": "fr"}, status=422)
