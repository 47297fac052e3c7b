"""What keeps browsers safe, and where a request comes from."""

from types import SimpleNamespace

import pytest
from pyramid.testing import DummyRequest

from shuhua_web.headers import allow_source, client_address, policy
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return ROOMS


@pytest.mark.parametrize("path", ["/sample-page", "/nothing", "/api/v1/", "/api/v1/nothing", "/healthz", "/sample-staff"])
def test_every_answer_carries_the_headers(visitor, path):
    answer = visitor.get(path, status="*")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=(self)" in answer.headers["Permissions-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Request-ID"]


def test_pages_and_answers_of_the_api_are_not_kept_by_caches(as_):
    person = as_("dispatcher")
    for answer in (person.office.get("/sample-page"), person.api.get("/session"), person.api.get("/nothing")):
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_nonce_is_new_for_each_page_and_stands_in_its_policy(visitor):
    first, second = (visitor.get("/sample-page?nonce=1") for _ in range(2))
    assert first.text != second.text
    nonce = first.text.removeprefix("<p>").removesuffix("</p>")
    assert f"script-src 'self' 'nonce-{nonce}'" in first.headers["Content-Security-Policy"]
    assert "nonce" not in visitor.get("/sample-page").headers["Content-Security-Policy"]


def test_a_page_may_ask_for_the_origin_of_a_map_provider():
    request = DummyRequest()
    allow_source(request, "img-src", "https://tiles.example.com")
    assert "img-src 'self' data: blob: https://tiles.example.com;" in policy(request)


@pytest.mark.parametrize(
    ("directive", "origin"),
    [("img-src", "https://x; script-src *"), ("img-src", "*"), ("frame-ancestors", "https://x.example"), ("img-src", "data:")],
)
def test_what_is_no_origin_does_not_get_into_the_policy(directive, origin):
    with pytest.raises(ValueError, match="not a source"):
        allow_source(DummyRequest(), directive, origin)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.7", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "192.0.2.1"),
        (1, "x" * 500, "x" * 45),
    ],
)
def test_a_forwarded_address_counts_only_as_far_as_our_proxies_wrote_it(proxies, forwarded, address):
    request = DummyRequest(environ={"REMOTE_ADDR": "192.0.2.1"})
    request.deployment = SimpleNamespace(settings=SimpleNamespace(proxies=proxies))
    if forwarded is not None:
        request.headers["X-Forwarded-For"] = forwarded
    assert client_address(request) == address
