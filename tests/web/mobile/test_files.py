"""The page that starts the app, its manifest and service worker, and what it keeps for later."""

from __future__ import annotations

import json

import pytest
from webtest import TestApp

from shuhua_web.layout import Assets

pytestmark = pytest.mark.skipif(not Assets().built, reason="the front end is not built")


@pytest.fixture
def browser(app):
    """A browser in which nobody is signed in."""
    return TestApp(app, extra_environ={"HTTP_ACCEPT_LANGUAGE": "zh-CN"})


def directives(answer) -> dict[str, list[str]]:
    """The content security policy of an answer."""
    parts = (each.split() for each in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in parts}


def test_the_page_is_for_everybody_and_names_its_files(browser):
    page = browser.get("/m/")
    assert page.html.title.text == "舒华售后"
    assert page.html.find("link", rel="manifest")["href"] == "/m/manifest.webmanifest"
    script = page.html.find("script")["src"]
    assert browser.get(script).content_type == "text/javascript"
    assert browser.get("/m", status=303).headers["Location"].endswith("/m/")


def test_webassembly_is_allowed_to_the_app_alone(browser):
    allowed = directives(browser.get("/m/"))
    assert allowed["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert allowed["connect-src"] == ["'self'"]
    assert allowed["default-src"] == ["'none'"]
    assert "'wasm-unsafe-eval'" not in browser.get("/sign-in").headers["Content-Security-Policy"]


def test_the_worker_knows_all_files_and_is_never_kept(browser):
    answer = browser.get("/m/sw.js")
    assert answer.content_type == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert directives(answer)["connect-src"] == ["'self'"]
    first, _newline, _rest = answer.text.partition("\n")
    told = json.loads(first.removeprefix("self.shuhua = ").removesuffix(";"))
    assert told["page"] == "/m/"
    page = browser.get("/m/").text
    assert any(file in page for file in told["shell"])
    assert not set(told["shell"]) & set(told["later"])
    for file in told["shell"] + told["later"]:
        browser.get(file, status=200)


def test_the_manifest_makes_it_installable(browser):
    answer = browser.get("/m/manifest.webmanifest")
    assert answer.content_type == "application/manifest+json"
    told = json.loads(answer.text)
    assert (told["start_url"], told["scope"], told["display"]) == ("/m/", "/m/", "standalone")
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in told["icons"]:
        assert browser.get(icon["src"]).content_type == "image/png"


def test_a_repairer_reads_the_rows_that_are_theirs(as_):
    table = as_("repairer").api.get("/workflows/tasks", status=200).json
    actions = {row["action"] for row in table["rows"]}
    assert {"take", "decline", "depart", "arrive", "start", "complete"} <= actions
    assert not actions & {"allocate", "assign", "follow_up", "close"}
    complete = next(row for row in table["rows"] if row["action"] == "complete")
    assert complete["input"]["required"] == ["result"]
    assert {state["name"]: state["phase"] for state in table["states"]}["on_hold"] == "open"


def test_an_unknown_table_is_not_found_and_strangers_sign_in(as_, anonymous):
    assert as_("repairer").api.get("/workflows/secrets").status_int == 404
    assert anonymous.get("/workflows/tasks").status_int == 401


def test_a_manager_reads_whom_to_assign_and_nobody_of_another_unit(as_, world):
    found = as_("agent_manager").api.get("/repairers", status=200).json["items"]
    assert [each["id"] for each in found] == [world.users["repairer"]]
    assert as_("repairer").api.get("/repairers").status_int == 403
