"""Saved views, default views, chosen columns."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from shuhua_core.lists.models import ListPreference, SavedView


def views(deployment):
    with deployment.database.read() as session:
        return session.scalars(select(SavedView).order_by(SavedView.id)).all()


def save(office, query="", **fields):
    page = office.get(f"/lists/repairs/views/new?{query}")
    form = next(each for each in page.forms.values() if "views/new" in each.action)
    form["name"] = fields.pop("name", "Mine")
    for name, value in fields.items():
        form[name] = value
    return form.submit(status="*")


def shown_views(office, path="/repairs"):
    page = BeautifulSoup(office.get(path).text, "html.parser")
    return [each.get_text(strip=True) for each in page.select(".view-list li > a[aria-current], .view-list li > a:first-child")]


def test_a_view_keeps_filters_order_and_columns(office, filled, deployment):
    office.post_form("/lists/repairs/columns", {"columns": ["number", "symptom"]}, status=303)
    answer = save(office, "q=%E6%96%AD%E8%A3%82&sort=number&size=50&page=3")
    (view,) = views(deployment)
    assert view.query == [["q", "断裂"], ["sort", "number"], ["size", "50"]]
    assert view.columns == ["number", "symptom"]
    office.post_form("/lists/repairs/columns", {"reset": "1"}, status=303)
    page = BeautifulSoup(answer.follow().text, "html.parser")
    assert len(page.select("table.grid > tbody > tr")) == 1
    assert len(page.select("table.grid > thead th:not(.grid-tick)")) == 2


def test_the_default_view_opens_the_bare_list_and_reset_leaves_it(office, filled):
    save(office, "q=%E6%96%AD%E8%A3%82", default="true")
    rows = lambda path: len(BeautifulSoup(office.get(path).text, "html.parser").select("table.grid > tbody > tr"))  # noqa: E731
    assert rows("/repairs") == 1
    assert rows("/repairs?view=0") > 1
    assert 'href="/repairs?view=0"' in office.get("/repairs").text


def test_a_shared_view_is_for_the_unit_and_those_below_and_changed_by_its_owner_alone(as_, filled, deployment):
    dispatcher, agent, other = (as_(login).office for login in ("reviewer", "dispatcher", "dispatcher_other"))
    save(dispatcher, name="Ours", shared="true")
    save(dispatcher, name="Only mine")
    assert shown_views(dispatcher) == ["Only mine", "Ours"]
    assert shown_views(agent) == ["Ours"]
    assert shown_views(other) == []
    ours = views(deployment)[0]
    agent.get(f"/lists/views/{ours.id}", status=404)
    agent.post_form(f"/lists/views/{ours.id}/remove", status=404)
    agent.post_form("/lists/repairs/columns", {"columns": "symptom", "own_view": ours.id}, status=404)
    dispatcher.post_form(f"/lists/views/{ours.id}/remove", status=303)
    assert shown_views(agent) == []


def test_a_name_is_taken_once(office, filled, deployment):
    save(office)
    assert save(office).status_int == 422
    assert len(views(deployment)) == 1


def test_a_view_is_renamed_and_takes_what_is_shown_now(office, filled, deployment):
    save(office, "q=a")
    (view,) = views(deployment)
    form = next(each for each in office.get(f"/lists/views/{view.id}?q=b&now=1").forms.values() if "/lists/views/" in each.action)
    form["name"] = "Other"
    form.submit(status=303)
    (view,) = views(deployment)
    assert (view.name, view.query) == ("Other", [["q", "b"]])


def test_a_default_view_that_is_removed_leaves_the_plain_list(office, filled, deployment):
    save(office, "q=%E6%96%AD%E8%A3%82", default="true")
    office.post_form(f"/lists/views/{views(deployment)[0].id}/remove", status=303)
    assert len(BeautifulSoup(office.get("/repairs").text, "html.parser").select("table.grid > tbody > tr")) > 1
    with deployment.database.read() as session:
        assert session.scalars(select(ListPreference.default_view_id)).all() == [None]


@pytest.mark.parametrize("view", ["999999", "x", "-1", "1" * 30])
def test_a_view_that_is_not_there_shows_the_list(office, filled, view):
    assert office.get(f"/repairs?view={view}").status_int == 200
