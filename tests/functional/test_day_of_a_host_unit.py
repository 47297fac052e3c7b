"""The day of a host unit, whose kind of site asks that repairs are checked: what it stops, reports, checks and signs for."""

from __future__ import annotations

import pytest

from shuhua_core.testing.flow import COMPLETE
from tests.conftest import open_for_test
from tests.functional.test_days_field import upload


@pytest.fixture
def deployment(database_url, tmp_path, clock):
    """A deployment in which parks check the repairs."""
    opened = open_for_test(database_url, tmp_path / "media", clock, check_kinds="park school")
    yield opened
    opened.database.dispose()


def test_it_reads_its_own_stops_what_is_dangerous_and_reports(desk, as_, walk, world):
    host, person = desk("host_unit"), as_("host_unit")
    assert len(host.numbers("/sites")) == 1
    site, piece = f"/sites/{world.sites['one'].id}", f"/equipment/{world.pieces['one_1'].id}"
    host.read(site, "测试公园")
    host.act(piece, "stop_use", reason="座板开裂")
    host.paper(f"{piece}/stop-notice.pdf", "座板开裂")
    repair = person.api.post("/repairs", {"symptom": "座板开裂", "equipment_id": world.pieces["one_1"].id}, status=201).json
    host.read(f"/repairs/{repair['id']}", "座板开裂", "待审核")
    assert len(host.exported("equipment")) == 3
    host.printed("equipment", "CP1-1")
    host.hidden(f"/sites/{world.sites['two'].id}", f"/sites/{world.sites['other'].id}", f"/equipment/{world.pieces['two_1'].id}")
    host.forbidden(piece, "restore", "scrap", "remove")
    host.office.get(f"{site}/edit", status=403)
    host.refused("/customers", "/users", "/overview", "/followups")


def test_it_checks_each_repair_on_site_and_signs_for_what_is_good(desk, as_, walk):
    host, repairer = desk("host_unit"), as_("repairer")
    repair = walk.report("host_unit")
    task = walk.to_assigned(walk.approve(repair))
    walk.to_repairing(task)
    handed = walk.task("repairer", task, "complete", **COMPLETE)
    assert handed["state"] == "pending_check"
    page = f"/tasks/{task['id']}"
    host.read(page, "待验收", "轴承磨损", "更换轴承")
    assert {"pass_check", "fail_check"} <= host.offered(page)
    assert not {"pass_check", "fail_check"} & desk("dispatcher").offered(page), "nobody checks in their place"
    host.act(page, "fail_check", opinion="仍有异响")
    assert host.state(page) == "返工"
    assert walk.see_repair("host_unit", repair)["state"] == "in_progress"
    told = repairer.api.get(f"{page}/timeline", status=200).json["items"][-1]
    assert (told["action"], told["note"], told["who"]) == ("fail_check", "仍有异响", "测试·host_unit")
    walk.task("repairer", task, "start")
    signature = upload(repairer)
    walk.task("repairer", task, "complete", **COMPLETE, opinion="已试用，无异响", signature_media_id=signature)
    host.read(page, "已试用，无异响", "已在手机上签名")
    host.act(page, "pass_check", opinion="验收合格")
    assert host.state(page) == "已完成"
    host.read(page, "验收合格")
    host.paper(f"{page}/service.pdf", "已试用，无异响", "验收合格", "轴承磨损")
    assert walk.see_repair("host_unit", repair)["state"] == "resolved"
    host.act(f"/repairs/{repair['id']}", "confirm", score="5")
    assert host.state(f"/repairs/{repair['id']}") == "已关闭"
    desk("host_unit_other").hidden(page, f"/repairs/{repair['id']}")
    host.forbidden(page, "rework", "follow_up", "cancel")


def test_by_the_phone_it_checks_too(as_, walk):
    task = walk.to_assigned(walk.approve(walk.report("host_unit")))
    walk.to_repairing(task)
    walk.task("repairer", task, "complete", **COMPLETE)
    host = as_("host_unit")
    offered = {each["name"] for each in host.api.get(f"/tasks/{task['id']}", status=200).json["actions"]}
    assert {"pass_check", "fail_check"} <= offered
    done = walk.task("host_unit", task, "pass_check", opinion="验收合格", media_ids=[upload(host)])
    assert done["state"] == "completed"
    walk.task("host_unit", task, "pass_check", opinion="再来", status=409)
