"""Every view names a permission, and nobody who may only read a record can change it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationError
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.static import static_view

from shuhua_core.accounts.permissions import Permission
from shuhua_web import PLUMBING, make_app
from shuhua_web.security import PUBLIC, SIGNED_IN

SAFE = {"GET", "HEAD", "OPTIONS"}

CHECKED_BY_THE_TABLE = re.compile(r"/actions/\{action(:[^}]*)?\}$")
"""Routes that end so take the permission of the workflow row that the action names, whatever opens the route itself."""

FOR_EVERYBODY = {
    "api.session": "signing in, and out again",
    "sign_in": "signing in",
    "sign_out": "signing out",
    "password": "one's own password",
    "sign_in.code": "the second step of signing in",
    "password.forgotten": "asking for a link, answered alike for everybody",
    "api.password_reset": "the same",
    "account.link": "choosing a password, for whoever has the link",
    "second_factor": "one's own second factor",
    "sessions.end": "one of one's own sessions",
    "absences.own": "one's own leave",
    "language": "the language of one's own pages",
    "lists.columns": "one's own columns of a list that one may read",
    "lists.save": "one's own view of it",
    "lists.change": "the same",
    "lists.remove": "the same",
    "lists.export": "what one may read, as a file, which is put on record",
    "lists.bulk": "each action names its permission, and the service asks again for each record",
    "api.messages.read": "one's own message",
    "api.messages.read_all": "one's own messages",
    "messages.read_all": "the same, as a page",
    "api.push_subscription": "whether one's own device is told of them",
    "api.repairs.list": "reporting is for everybody; the service asks for the permission to report, or to enter for a caller",
    "public.piece": "reporting a piece by its label; the service asks for the permission to report",
    "public.site.piece": "the same, for a piece that was found without its label",
    "public.join": "joining a report that is open; the service asks for the permission to report",
    "public.contact": "leaving a number at one's own report, by its token",
    "public.quotation.act": "the holder of a token answers a price; the table asks for its permission",
    "public.report.act": "the holder of a token acts on their own report; the table asks for its permission",
    "api.repairs.view": "facts are put right by reviewers and by the call centre; the service asks for either permission",
    "repairs.edit": "the same, as a page",
}
"""Routes that change something for whoever may call them: what is their own, or where the service asks for one of several."""


@dataclass(frozen=True)
class View:
    """A view as it is registered."""

    route: str
    pattern: str
    methods: frozenset[str]
    permission: Any
    static: bool


def views_of(app: Any) -> Iterator[View]:
    """All views of all routes."""
    introspector = app.registry.introspector
    patterns = {each["introspectable"]["name"]: each["introspectable"]["pattern"] for each in introspector.get_category("routes")}
    for each in introspector.get_category("views"):
        view, related = each["introspectable"], each["related"]
        if view["route_name"] is None:
            continue
        permissions = [other["value"] for other in related if other.category_name == "permissions"]
        methods = view["request_methods"]
        named = {methods} if isinstance(methods, str) else set(methods or SAFE | {"POST", "PUT", "PATCH", "DELETE"})
        yield View(
            view["route_name"],
            patterns[view["route_name"]],
            frozenset(named),
            permissions[0] if permissions else None,
            isinstance(view["callable"], static_view),
        )


def without_a_permission(views: list[View]) -> list[str]:
    """Views that name nothing which a role could hold."""
    known = {*Permission, SIGNED_IN, PUBLIC}
    return [
        f"{view.route}: {view.permission}"
        for view in views
        if view.permission not in known and not (view.static and view.permission == NO_PERMISSION_REQUIRED)
    ]


def changing_with_a_right_to_read(views: list[View]) -> list[str]:
    """Views that change something with a permission that is enough to read."""
    reading = {SIGNED_IN, PUBLIC, *(each for each in Permission if each.endswith(".view"))}
    return [
        f"{'/'.join(sorted(view.methods - SAFE))} {view.pattern} ({view.route}): {view.permission}"
        for view in views
        if view.methods - SAFE
        and view.permission in reading
        and not CHECKED_BY_THE_TABLE.search(view.pattern)
        and view.route not in FOR_EVERYBODY
    ]


@pytest.fixture
def views(deployment: Any) -> list[View]:
    """The views of the application as it is."""
    return list(views_of(make_app(deployment)))


@pytest.mark.sqlite
def test_every_view_names_a_permission(views):
    assert len(views) > 5
    assert without_a_permission(views) == []


@pytest.mark.sqlite
def test_nobody_changes_anything_with_a_right_to_read(views):
    assert changing_with_a_right_to_read(views) == []


@pytest.mark.sqlite
def test_what_everybody_may_do_is_still_there(views):
    there = {view.route for view in views}
    assert [route for route in FOR_EVERYBODY if route not in there] == []


def planted(**options: Any) -> Any:
    """Plants a route with one view."""

    def includeme(config: Configurator) -> None:
        config.add_route("planted", "/planted/{id}")
        config.add_view(lambda request: Response(), route_name="planted", **options)

    return includeme


@pytest.mark.sqlite
@pytest.mark.parametrize("options", [{}, {"permission": "tasks.fly"}, {"permission": NO_PERMISSION_REQUIRED}])
def test_an_app_with_a_planted_view_without_a_permission_does_not_start(deployment, options):
    with pytest.raises(ConfigurationError, match="names no permission"):
        make_app(deployment, rooms=(planted(**options),))


@pytest.mark.sqlite
@pytest.mark.parametrize("permission", [Permission.TASKS_VIEW, SIGNED_IN, PUBLIC])
def test_a_planted_view_that_changes_with_a_right_to_read_is_found(deployment, permission):
    app = make_app(deployment, rooms=(planted(permission=permission, request_method="POST"),))
    assert [each for each in changing_with_a_right_to_read(list(views_of(app))) if "planted" in each]


@pytest.mark.sqlite
def test_a_planted_view_that_names_no_method_counts_as_changing(deployment):
    app = make_app(deployment, rooms=(planted(permission=Permission.TASKS_VIEW),))
    assert [each for each in changing_with_a_right_to_read(list(views_of(app))) if "planted" in each]


@pytest.mark.sqlite
def test_reading_with_a_right_to_read_passes(deployment):
    app = make_app(deployment, rooms=(planted(permission=Permission.TASKS_VIEW, request_method="GET"),))
    assert not [each for each in changing_with_a_right_to_read(list(views_of(app))) if "planted" in each]


def test_a_view_without_a_permission_is_told_from_its_registration():
    assert without_a_permission([View("planted", "/planted", frozenset({"GET"}), None, static=False)]) == ["planted: None"]
    assert PLUMBING
