"""The screens of inspections: list, record, due, plans, checklists, coverage, activity, spot check."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shuhua_core.inspections.models import Checklist, InspectionPlan
from tests.web.work import count, stored


@pytest.fixture
def made(as_, plan, found):
    """An inspection with a fault and a stopped piece, which did what a plan wanted."""
    monthly = plan(name="月度巡查")
    body = found(
        ("one_1", "fixing", "abnormal", {"note": "立柱断裂", "stop_use": True}),
        (None, "ground", "normal"),
        position={"longitude": 118.6, "latitude": 24.8071},
        captured_at="2019-01-01T00:00:00Z",
    )
    return as_("inspector").api.post("/inspections", body, status=201).json | {"plan": monthly["id"]}


def test_the_list_shows_result_person_and_distance_and_leads_to_the_record(browser, made):
    page = browser("leader").get("/inspections")
    [row] = page.html.select("tbody tr")
    assert made["number"] in row.text
    assert "Danger, put out of use" in row.text
    assert "测试·inspector" in row.text
    assert [tab.text.split("(")[0].strip() for tab in page.html.select(".state-tabs a")][:3]
    assert browser("leader").get("/inspections?far=true").html.select("tbody tr")
    assert not browser("leader").get("/inspections?state=normal").html.select("tbody tr")
    assert not browser("leader").get("/inspections?on_time=false").html.select("tbody tr")


def test_the_record_tells_what_was_found_where_and_what_came_of_it(browser, made):
    page = browser("reviewer").get(f"/inspections/{made['id']}")
    text = page.html.select_one("main").text
    for words in (
        "立柱断裂",
        "Stands firm",
        "CP1-1",
        "测试公园",
        "月度巡查",
        "far from the installation point",
        "cannot be right",
    ):
        assert words in text
    repair = made["items"][0]["repair_id"]
    assert page.html.select_one(f'a[href$="/repairs/{repair}"]')
    for login in ("inspector_other", "host_unit_other", "agent_manager_2"):
        browser(login).get(f"/inspections/{made['id']}", status=404)


def test_a_person_who_may_not_see_the_request_gets_no_link_to_it(browser, made):
    page = browser("agent_manager").get(f"/inspections/{made['id']}")
    assert "立柱断裂" in page
    assert not page.html.select_one('a[href*="/repairs/"]')


def test_the_due_page_counts_and_lists_and_inspectors_see_their_own_first(browser, plan, world):
    plan(starts_on="2026-11-20", name="逾期的")
    plan(site_id=world.sites["two"].id, responsible_unit_id=world.units["agent"].id, name="代理商的")
    page = browser("inspector").get("/inspections/due")
    assert [card.text for card in page.html.select(".figure-card b")] == ["1", "1"]
    assert "逾期的" in page
    assert "代理商的" not in page
    everybody = browser("inspector").get("/inspections/due?whose=all&days=7")
    assert [card.text for card in everybody.html.select(".figure-card b")] == ["2", "1"]
    assert not browser("inspector_other").get("/inspections/due?whose=all").html.select("tbody tr")
    browser("customer").get("/inspections/due", status=403)


def test_a_plan_is_made_and_changed_in_the_office(browser, deployment, world, outdoor):
    office = browser("dispatcher")
    form = office.get(f"/plans/new?site_id={world.sites['one'].id}").forms["form-plancreate"]
    assert form["site_id"].value == str(world.sites["one"].id)
    form["checklist_id"] = str(outdoor)
    form["interval_days"] = "0"
    assert "from 1 to" in form.submit(status=422)
    form["interval_days"] = "7"
    page = form.submit(status=303).follow()
    assert "测试公园" in page
    assert "2026-11-22" in page
    assert count(deployment, InspectionPlan) == 1
    [row] = browser("inspector").get("/plans").html.select("tbody tr")
    assert "2026-11-22" in row.text
    plan_id = int(page.request.path.rsplit("/", 1)[1])
    form = office.get(f"/plans/{plan_id}/edit").forms["form-planpatch"]
    form["name"] = "每周巡查"
    assert "每周巡查" in form.submit(status=303).follow()
    assert office.get("/plans/inspectors?q=insp").html.select("option")
    browser("inspector").get("/plans/new", status=403)


def test_a_checklist_is_changed_line_by_line_and_gets_a_new_version(browser, deployment, outdoor):
    office = browser("quality_engineer")
    assert "Stands firm" in office.get(f"/checklists/{outdoor}")
    form = office.get(f"/checklists/{outdoor}/edit").forms["form-checklistedit"]
    assert form["items-0-code"].value == "fixing"
    form["items-0-zh"] = "稳固"
    last = max(int(name.split("-")[1]) for name in form.fields if name and name.startswith("items-"))
    form[f"items-{last}-code"] = "Two words"
    form[f"items-{last}-zh"], form[f"items-{last}-en"] = "新项目", "New item"
    form[f"items-{last}-types"].select_multiple(["walker", "bars"])
    again = form.submit(status=422)
    form = again.forms["form-checklistedit"]
    assert form["items-0-zh"].value == "稳固"
    [new] = [
        name.removesuffix("-code") for name in form.fields if name and name.endswith("-code") and form[name].value == "Two words"
    ]
    form[f"{new}-code"] = "new_item"
    page = form.submit(status=303).follow()
    assert "New item" in page
    assert "Air walker, Bars" in page
    assert stored(deployment, Checklist, outdoor).version == 2
    browser("inspector").get(f"/checklists/{outdoor}/edit", status=403)


def test_a_new_checklist_begins_with_empty_lines(browser, deployment):
    office = browser("dispatcher")
    form = office.get("/checklists/new").forms["form-checklistcreate"]
    form["name"] = "校园"
    assert form.submit(status=422)
    form["items-0-code"], form["items-0-zh"], form["items-0-en"] = "all", "完好", "Whole"
    form.submit(status=303)
    assert "校园" in office.get("/checklists")
    assert count(deployment, Checklist) == 3


def test_coverage_shows_figures_a_chart_and_a_table_by_place_unit_and_plan(browser, made):
    page = browser("authority").get("/inspections/coverage")
    assert [card.text for card in page.html.select(".figure-card b")] == ["1", "1", "100.0 %", "100.0 %", "0"]
    assert "Done in time" in page.html.select_one(".chart")["data-chart"]
    assert "Jinjiang" in page.html.select_one("tbody tr").text
    assert "测试代理商甲" in browser("leader").get("/inspections/coverage?by=unit")
    assert "月度巡查" in browser("leader").get("/inspections/coverage?by=plan")
    assert "at most" in browser("leader").get("/inspections/coverage?from=2020-01-01&to=2026-01-01", status=422)
    assert "Enter a date" in browser("leader").get("/inspections/coverage?from=yesterday", status=422)


def test_activity_names_people_and_leads_to_what_they_did(browser, made, as_):
    page = browser("leader").get("/inspections/activity")
    [row] = page.html.select("tbody tr")
    assert "测试·inspector" in row.text
    assert row.select_one("a")["href"] == f"/inspections?inspector_id={as_('inspector').user_id}"
    assert page.html.select_one(".chart")


def test_a_spot_check_is_drawn_by_the_authority(browser, deployment, outdoor):
    office = browser("authority")
    form = office.get("/inspections/spot-check").forms["form-drawspotcheck"]
    form["checklist_id"] = str(outdoor)
    page = form.submit(status=303).follow()
    assert len(page.html.select("tbody tr")) == 2
    with deployment.database.read() as session:
        assert set(session.scalars(select(InspectionPlan.kind))) == {"spot_check"}
    browser("inspector").get("/inspections/spot-check", status=403)


def test_a_list_takes_few_statements(browser, made, count_requests_sql):
    office = browser("leader")
    office.get("/inspections")
    with count_requests_sql() as sql:
        office.get("/inspections")
    assert sql.count <= 12
