"""Routes are found by how an address begins, and are the ones that Pyramid's own mapper finds."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from pyramid.exceptions import URLDecodeError
from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request
from pyramid.urldispatch import RoutesMapper

from shuhua_web.routing import RoutesByBeginning

FILLED = ("1", "42", "hold", "BX20261122-0001", "x/y", "..", "列表", "a b")
ODD = ("", "/", "//", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/nothing/at/all", "/tasks/", "/tasks//1", "/q")
_PLACE = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\*\w+$")


def found(mapper, path):
    """Name of the route and what stands in its places."""
    info = mapper(Request.blank("/", environ={"PATH_INFO": path.encode().decode("latin-1")}))
    return info["route"] and info["route"].name, info["match"]


def test_every_address_leads_where_pyramids_own_mapper_leads_it(app):
    mapper = app.app.registry.getUtility(IRoutesMapper) if hasattr(app, "app") else app.registry.getUtility(IRoutesMapper)
    assert type(mapper) is RoutesByBeginning
    own = RoutesMapper()
    own.routelist, own.routes = mapper.routelist, mapper.routes
    paths = {_PLACE.sub(value, route.pattern) for route in mapper.get_routes() for value in FILLED}
    assert len(paths) > 300
    for path in {*paths, *ODD}:
        assert found(mapper, path) == found(own, path), path


def test_a_route_that_is_added_later_is_found_and_the_first_one_that_fits_wins():
    mapper = RoutesByBeginning()
    mapper.connect("any", "/{word}")
    assert found(mapper, "/tasks") == ("any", {"word": "tasks"})
    mapper.connect("tasks", "/tasks")
    mapper.connect("act", "/tasks/{id:[0-9]+}")
    assert found(mapper, "/tasks") == ("any", {"word": "tasks"})
    assert found(mapper, "/tasks/7") == ("act", {"id": "7"})
    assert found(mapper, "/tasks/x") == (None, None)


def test_a_predicate_lets_the_next_route_have_it():
    mapper = RoutesByBeginning()
    mapper.connect("never", "/a/{b}", predicates=(lambda _info, _request: False,))
    mapper.connect("then", "/a/{b}")
    assert found(mapper, "/a/1")[0] == "then"


def test_an_address_that_is_no_text_is_refused():
    class Broken(SimpleNamespace):
        @property
        def path_info(self):
            return b"\xff".decode("utf-8")

    with pytest.raises(URLDecodeError):
        RoutesByBeginning()(Broken())
