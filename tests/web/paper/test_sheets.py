"""The sheets that records give, read back from their PDFs."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from shuhua_core.followups.models import Followup
from shuhua_core.inspections.models import Checklist
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.models import Equipment
from shuhua_core.testing.flow import FOLLOW_UP
from tests.web.work import stored


@pytest.fixture
def done(past):
    """A task that was followed up, and its follow-up: ids and numbers."""
    with past() as flow:
        task = flow.approve(flow.report(caller_name="王测试", caller_phone="139 0000 1234"))
        flow.to_completed(flow.to_assigned(task))
        flow.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
        followup = flow.ctx.session.scalars(select(Followup)).one()
        return {"task": (task.id, task.number), "followup": (followup.id, followup.number)}


def text_of(answer):
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body)).pages)


def test_a_service_sheet_tells_the_work_and_masks_the_phone(browser, done):
    task_id, number = done["task"]
    answer = browser("dispatcher").get(f"/tasks/{task_id}/service.pdf")
    text = text_of(answer)
    for part in (number, "Service sheet", "王测试", "139****1234", "轴承磨损", "更换轴承", "Arrived", "Page 1 of 1"):
        assert part in text
    assert "13900001234" not in text
    assert number in answer.headers["Content-Disposition"]
    browser("repairer_2").get(f"/tasks/{task_id}/service.pdf", status=404)


def test_a_follow_up_sheet_tells_the_scores(browser, done):
    followup_id, number = done["followup"]
    text = text_of(browser("followup_clerk").get(f"/followups/{followup_id}/sheet.pdf"))
    for part in (number, done["task"][1], "Response: 5 / 5", "Quality: 4 / 5", "很好", "Phone"):
        assert part in text
    browser("followup_clerk_other").get(f"/followups/{followup_id}/sheet.pdf", status=404)


def test_an_inspection_sheet_tells_item_by_item(browser, as_, deployment, world):
    with deployment.database.read() as session:
        outdoor = session.scalars(select(Checklist.id).where(Checklist.number == "outdoor")).one()
    piece = world.pieces["one_1"]
    items = [
        {"equipment_id": piece.id, "item": "fixing", "result": "abnormal", "note": "立柱断裂", "stop_use": True},
        {"equipment_id": piece.id, "item": "bearing", "result": "normal"},
    ]
    body = {"site_id": world.sites["one"].id, "checklist_id": outdoor, "items": items}
    made = as_("inspector").api.post("/inspections", body, status=201).json
    text = text_of(browser("inspector").get(f"/inspections/{made['id']}/sheet.pdf"))
    for part in (made["number"], "测试公园", "立柱断裂", "Abnormal", "Normal", "Put out of use: 1", "BX"):
        assert part in text


def test_only_a_piece_out_of_use_has_a_notice(browser, deployment, world, past):
    piece = world.pieces["one_1"]
    browser("reviewer").get(f"/equipment/{piece.id}/stop-notice.pdf", status=409)
    with past() as flow:
        EquipmentService(flow.context("reviewer")).act(piece.id, "stop_use", {"reason": "立柱断裂"})
    assert stored(deployment, Equipment, piece.id).state == "out_of_use"
    text = text_of(browser("reviewer").get(f"/equipment/{piece.id}/stop-notice.pdf"))
    for part in ("Do not use", piece.number, "立柱断裂", "测试公园"):
        assert part in text


@pytest.mark.parametrize("record", ["task", "followup"])
def test_any_record_can_be_printed_as_its_page_shows_it(browser, done, record):
    record_id, number = done[record]
    office = browser("dispatcher" if record == "task" else "followup_clerk")
    page = office.get(f"/{record}s/{record_id}")
    assert page.html.select_one(f".papers a[href='/{record}s/{record_id}?paper=1']")
    text = text_of(office.get(f"/{record}s/{record_id}?paper=1"))
    for part in (number, "摆腿松动", "更换轴承", "139****1234" if record == "task" else "很好"):
        assert part in text
    assert "13900001234" not in text


def test_archives_are_printed_with_their_history(browser, world):
    for address, part in (
        (f"/sites/{world.sites['one'].id}", "测试路 1 号"),
        (f"/equipment/{world.pieces['one_1'].id}", world.pieces["one_1"].number),
        (f"/customers/{world.customers['one'].id}", world.customers["one"].name),
    ):
        assert part in text_of(browser("reviewer").get(f"{address}?paper=1"))


def test_a_list_is_no_record(browser):
    assert browser("reviewer").get("/tasks?paper=1").content_type == "text/html"
