"""Follow-ups made on site: a step of a task with its place, and a visit with a task or without."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from shuhua_core.followups.models import Followup
from shuhua_core.testing.flow import FOLLOW_UP
from tests.web.work import stored

HERE = {"longitude": 118.5751, "latitude": 24.8071, "accuracy": 8.0}


@pytest.fixture
def task_id(past):
    """A completed task of site one."""
    with past() as flow:
        task = flow.approve(flow.report())
        flow.to_completed(flow.to_assigned(task))
        return task.id


def test_a_visit_without_a_task_is_kept_with_its_place_and_shown_in_the_office(as_, browser, world):
    body = {"site_id": world.sites["one"].id, "person": "李大姐", "opinion": "大家都满意", "repaired": True, "position": HERE}
    made = as_("inspector").api.post("/followups", {**body, "captured_at": "2019-01-01T00:00:00Z"}, status=201).json
    assert made["number"].startswith("HF")
    assert (made["task_id"], made["way"], made["state"], made["skewed"]) == (None, "site", "done", True)
    assert 10 < made["distance"] < 20
    [step] = as_("followup_clerk").api.get(f"/followups/{made['id']}/timeline", status=200).json["items"]
    assert (step["note"], step["place"]) == ("大家都满意", {"longitude": 118.5751, "latitude": 24.8071})
    page = browser("leader").get(f"/followups/{made['id']}")
    for words in ("李大姐", "大家都满意", "测试公园", "118.575100", "cannot be right"):
        assert words in page
    assert "测试·inspector" in browser("leader").get("/followups?visit=true")
    assert as_("inspector").api.get(f"/followups/{made['id']}", status=200).json["id"] == made["id"]
    paper = browser("leader").get(f"/followups/{made['id']}/sheet.pdf", status=200)
    text = PdfReader(BytesIO(paper.body)).pages[0].extract_text()
    for words in (made["number"], "李大姐", "大家都满意", "测试公园"):
        assert words in text
    assert as_("inspector_other").api.get(f"/followups/{made['id']}").status_int == 404


def test_a_clerk_names_the_task_that_a_visit_is_about(as_, world, task_id):
    body = {"site_id": world.sites["one"].id, "task_id": task_id, "opinion": "又松了"}
    made = as_("followup_clerk").api.post("/followups", body, status=201).json
    assert made["task_id"] == task_id
    other = {**body, "site_id": world.sites["two"].id}
    assert set(as_("followup_clerk").api.post("/followups", other, status=422).json["errors"]) == {"task_id"}
    assert set(as_("inspector").api.post("/followups", body, status=422).json["errors"]) == {"task_id"}
    assert as_("reviewer").api.post("/followups", body).status_int == 403
    piece = {**body, "equipment_id": world.pieces["other_1"].id}
    assert set(as_("followup_clerk").api.post("/followups", piece, status=422).json["errors"]) == {"equipment_id"}


def test_the_follow_up_of_a_task_on_site_keeps_position_distance_and_both_times(as_, deployment, task_id):
    body = {**FOLLOW_UP, "way": "site", "position": HERE, "captured_at": "2026-11-22T08:00:00+08:00"}
    as_("followup_clerk").api.act(f"/tasks/{task_id}", "follow_up", body, status=200)
    with deployment.database.read() as session:
        followup_id = session.scalars(select(Followup.id)).one()
    followup = stored(deployment, Followup, followup_id)
    assert (followup.way, followup.state, followup.longitude, followup.skewed) == ("site", "done", 118.5751, False)
    assert 10 < followup.distance < 20
    assert followup.captured_at < followup.done_at
    shown = as_("followup_clerk").api.get(f"/followups/{followup_id}", status=200).json
    assert shown["position"]["accuracy"] == 8.0
