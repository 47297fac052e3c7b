"""The clerk's queue, and what customers said."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shuhua_core.followups.models import Followup
from shuhua_core.tasks.models import Task
from shuhua_core.testing.flow import FOLLOW_UP
from tests.web.work import act_form


@pytest.fixture
def done(past):
    """(follow-up id, task id) of a completed task."""
    with past() as flow:
        task = flow.approve(flow.report(caller_name="王测试", caller_phone="139 0000 1234"))
        flow.to_completed(flow.to_assigned(task))
        followup = flow.ctx.session.scalars(select(Followup)).one()
        return followup.id, task.id


def test_the_queue_shows_what_is_open_with_the_way_to_the_form(browser, done):
    _followup_id, task_id = done
    page = browser("followup_clerk").get("/followups?state=open")
    assert page.html.select_one(".state-tabs a[aria-current=page]").text.strip() == "To be followed up (1)"
    links = [link["href"] for link in page.html.select("td.grid-actions a")]
    assert links == [f"/tasks/{task_id}/actions/follow_up", f"/tasks/{task_id}/actions/followup_attempt"]
    assert not browser("followup_clerk_other").get("/followups").html.select("tbody tr")


def test_who_does_not_follow_up_sees_the_queue_without_buttons(browser, done):
    page = browser("leader").get("/followups")
    assert page.html.select("tbody tr")
    assert not page.html.select("td.grid-actions")
    browser("repairer").get("/followups", status=403)


def test_the_form_shows_whom_to_call(browser, done):
    page = browser("followup_clerk").get(f"/tasks/{done[1]}/actions/follow_up")
    assert "王测试" in page
    assert "139****1234" in page
    assert page.html.select_one('form[action*="/phone/"]')


def test_an_attempt_keeps_the_task_in_the_queue(browser, done):
    form = act_form(browser("followup_clerk"), f"/tasks/{done[1]}/actions/followup_attempt")
    form["outcome"] = "no_answer"
    form.submit(status=303)
    page = browser("followup_clerk").get("/followups?state=open")
    assert page.html.select("tbody tr")


def test_the_record_tells_what_the_customer_said(browser, done, past):
    followup_id, task_id = done
    open_page = browser("followup_clerk").get(f"/followups/{followup_id}")
    assert open_page.html.select_one(".actions a").text == "Follow up"
    with past() as flow:
        task = flow.ctx.session.get_one(Task, task_id)
        flow.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
    page = browser("followup_clerk").get(f"/followups/{followup_id}")
    for text in ("很好", "Phone", "更换轴承", "测试·followup_clerk"):
        assert text in page
    assert not page.html.select(".actions a")
    browser("followup_clerk_other").get(f"/followups/{followup_id}", status=404)
