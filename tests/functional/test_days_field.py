"""A day of each role outside: on the phone, whose API is called as the app calls it, and at the office's pages."""

from __future__ import annotations

from shuhua_core.inspections.models import Checklist
from shuhua_core.testing.flow import COMPLETE
from tests.web.client import ApiClient, OfficeClient
from tests.web.work import jpeg

HERE = {"longitude": 118.5751, "latitude": 24.8071, "accuracy": 8.0}


def upload(person):
    """A picture as the phone sends it; gives its id."""
    files = [("file", "photo.jpg", jpeg())]
    return person.api.app.post("/api/v1/media", headers=person.api.headers, upload_files=files, status=201).json["id"]


def outdoor(deployment):
    with deployment.database.read() as session:
        return session.query(Checklist.id).filter(Checklist.number == "outdoor").scalar()


def test_the_day_of_somebody_in_the_park(app, visitor, as_, walk):
    world = walk.world
    scanned = visitor.get(f"/q/{world.pieces['one_1'].code}", status=200)
    assert "SN11" not in scanned.text
    form = scanned.forms["report"]
    form["fault"], form["symptom"], form["caller_phone"], form["consent"] = "loose", "踏板松动", "139 0000 1234", True
    own = form.submit(status=303).follow(status=200)
    assert "13900001234" not in own.text
    number = own.html.h1.get_text(strip=True)
    repair = as_("reviewer").api.get("/repairs", q=number, status=200).json["items"][0]
    walk.to_completed(walk.to_assigned(walk.approve(repair)))
    follow = visitor.get(own.request.path, status=200)
    confirm = visitor.get(f"{own.request.path}/confirm").forms["form-confirm"]
    confirm["score"] = "5"
    confirm.submit(status=303)
    assert walk.see_repair("reviewer", repair)["score"] == 5
    assert "repairer" not in follow.text
    reopen = visitor.get(f"{own.request.path}/reopen").forms["form-reason"]
    reopen["reason"] = "又松了"
    reopen.submit(status=303)
    assert walk.see_repair("reviewer", repair)["state"] == "pending_review"
    stranger = OfficeClient(app)
    stranger.get("/r/somebody-elses-token", status=404)
    assert "1234" not in stranger.get(f"/q/{world.pieces['one_1'].code}").text
    assert stranger.get(f"/repairs/{repair['id']}", status=303).location.partition("?")[0].endswith("/sign-in")
    ApiClient(app).get(f"/repairs/{repair['id']}", status=404)


def test_the_day_of_a_customer(desk, as_, walk):
    customer = desk("customer")
    form = customer.office.get("/repairs/new").forms["form-report"]
    form["symptom"], form["equipment_id"] = "摆腿松动", str(walk.world.pieces["one_1"].id)
    path = form.submit(status=303).follow(status=200).request.path
    repair = {"id": int(path.rpartition("/")[2])}
    foreign = walk.report("customer_2", "two_1")
    assert len(customer.numbers("/repairs")) == 1
    customer.read(path, "摆腿松动", "待审核")
    task = walk.approve(repair)
    as_("customer").api.act(f"/tasks/{task['id']}", "urge", {"note": "孩子们等着用"}, status=200)
    walk.to_completed(walk.to_assigned(task))
    customer.act(path, "confirm", score="5")
    assert customer.state(path) == "已关闭"
    customer.act(path, "reopen", reason="又松了")
    assert customer.state(path) == "待审核"
    assert len(customer.exported("repairs")) == 2
    customer.hidden(f"/repairs/{foreign['id']}")
    as_("customer").api.get(f"/repairs/{foreign['id']}", status=404)
    customer.refused("/customers", "/users", "/overview", "/followups")


def a_manager(manager, walk, task, world, repairer):
    """From what waits to what is assigned, and back to the dispatcher."""
    path = f"/tasks/{task['id']}"
    assert manager.first(manager.waiting("待接收")) == path
    manager.paper(f"{path}/sheet.pdf", task["number"], "派工单")
    manager.act(path, "accept")
    manager.act(path, "assign", repairer_id=str(world.users[repairer]))
    assert manager.state(path) == "已指派"
    manager.act(path, "unassign", reason="临时有事")
    assert walk.as_(repairer).api.get(path).status_int == 404
    manager.read(path, "临时有事", "已接收")
    assert manager.exported("tasks")[1][0] == task["number"]
    manager.printed("tasks", task["number"])
    manager.read("/overview", "完成任务")
    manager.forbidden(path, "allocate", "recall", "cancel", "follow_up")
    manager.act(path, "object", reason="不在责任区")
    manager.hidden(path)


def test_the_day_of_an_agents_manager(desk, walk, world):
    foreign = walk.allocate(walk.approve(walk.report("customer_2", "two_1")), "agent_2")
    task = walk.allocate(walk.approve(walk.report()))
    manager = desk("agent_manager")
    a_manager(manager, walk, task, world, "repairer")
    manager.hidden(f"/tasks/{foreign['id']}", f"/sites/{world.sites['two'].id}", f"/equipment/{world.pieces['two_1'].id}")
    assert len(manager.numbers("/sites")) == 1
    for path in (f"/sites/{world.sites['one'].id}/edit", "/sites/new", "/equipment/new", "/models/new"):
        manager.office.get(path, status=403)
    manager.refused("/customers", "/projects", "/repairs", "/users", "/followups")


def test_the_day_of_a_departments_manager(desk, walk, world):
    foreign = walk.allocate(walk.approve(walk.report()))
    task = walk.allocate(walk.approve(walk.report(piece="one_2")), "department")
    manager = desk("department_manager")
    a_manager(manager, walk, task, world, "repairer_department")
    manager.hidden(f"/tasks/{foreign['id']}")
    assert manager.numbers("/tasks") == []
    manager.refused("/customers", "/users", "/repairs", "/followups")


def test_the_day_of_a_repairer(desk, as_, walk, world):
    foreign = walk.allocate(walk.approve(walk.report("customer_2", "two_1")), "agent_2")
    task = walk.to_assigned(walk.approve(walk.report()))
    person, path = as_("repairer"), f"/tasks/{task['id']}"
    assert [each["id"] for each in person.api.get("/tasks", mine="true", status=200).json["items"]] == [task["id"]]
    for action, body in (
        ("take", {}),
        ("appoint", {"appointed_at": "2026-11-23T09:00:00+08:00"}),
        ("depart", {"position": HERE}),
        ("arrive", {"position": HERE}),
        ("start", {}),
        ("feedback", {"text": "轴承已坏", "media_ids": [upload(person)]}),
        ("hold", {"hold_reason": "parts"}),
        ("resume", {}),
    ):
        walk.task("repairer", task, action, **body)
    part = {"name": "轴承", "old_number": "6204-A1", "new_number": "6204-B7", "in_warranty": True}
    done = walk.task("repairer", task, "complete", **COMPLETE, parts=[part], media_ids=[upload(person)], opinion="很快")
    assert done["state"] == "completed"
    office = desk("repairer")
    office.read(path, "轴承已坏", "6204-B7", "已完成")
    office.paper(f"{path}/service.pdf", "维修单", task["number"], "6204-A1", "更换轴承")
    assert [row[0] for row in office.exported("tasks")[1:]] == [task["number"]]
    piece = office.first(office.office.get("/parts"))
    office.act(piece, "send", carrier="测试快递")
    assert office.state(piece) == "已寄出"
    office.hidden(f"/tasks/{foreign['id']}")
    assert person.api.act(f"/tasks/{foreign['id']}", "take").status_int == 404
    office.forbidden(path, "allocate", "follow_up", "rework")
    office.refused("/repairs", "/customers", "/users", "/overview", "/followups")


def test_the_day_of_an_inspector(desk, as_, deployment, walk, world):
    checklist, site = outdoor(deployment), world.sites["one"].id
    plan = {"site_id": site, "checklist_id": checklist, "interval_days": 30, "starts_on": "2026-11-22"}
    as_("dispatcher").api.post("/plans", {**plan, "responsible_id": world.users["inspector"]}, status=201)
    person, inspector = as_("inspector"), desk("inspector")
    inspector.read("/inspections/due", "测试公园")
    [due] = person.api.get("/inspections/due", status=200).json["items"]
    broken = {
        "equipment_id": world.pieces["one_1"].id, "item": "fixing", "result": "abnormal", "note": "立柱断裂", "stop_use": True,
        "media_ids": [upload(person)],
    }  # fmt: skip
    sound = {"equipment_id": world.pieces["one_2"].id, "item": "fixing", "result": "normal"}
    made = {"site_id": site, "checklist_id": due["checklist_id"], "items": [broken, sound], "position": HERE}
    number = person.api.post("/inspections", made, status=201).json["number"]
    assert person.api.get("/inspections/due", status=200).json["items"] == []
    record = inspector.first(inspector.office.get("/inspections"))
    inspector.read(record, number, "立柱断裂", "CP1-1")
    inspector.paper(f"{record}/sheet.pdf", "巡查表", number, "立柱断裂")
    piece = f"/equipment/{world.pieces['one_1'].id}"
    assert inspector.state(piece) == "停用"
    inspector.paper(f"{piece}/stop-notice.pdf", "CP1-1")
    assert "请勿使用" in desk("reviewer").office.get(f"/q/{world.pieces['one_1'].code}")
    assert len(inspector.exported("inspections")) == 2
    inspector.printed("inspections", number)
    [repair] = person.api.get("/repairs", status=200).json["items"]
    inspector.forbidden(f"/repairs/{repair['id']}", "approve", "confirm", "answer")
    inspector.forbidden(piece, "restore", "scrap")
    inspector.refused("/tasks", "/customers", "/users", "/overview")


def test_the_day_of_a_collector(desk, as_, walk, world):
    walk.report()
    person, collector = as_("collector"), desk("collector")
    body = {"name": "新建社区公园", "kind": "park", "division_code": "350582", "position": {**HERE, "datum": "wgs84"}}
    site = person.api.post("/sites", {**body, "media_ids": [upload(person)]}, status=201).json
    dispatcher = desk("dispatcher")
    form = dispatcher.office.get("/labels/batches").forms["form-newbatch"]
    form["count"] = "1"
    form.submit(status=303)
    [code] = dispatcher.numbers("/labels", state="blank")
    piece = {"site_id": site["id"], "model_id": world.pieces["one_1"].model_id, "serial": "SN-NEW-1", "batch": "B2026"}
    made = person.api.post("/equipment", piece, status=201).json
    person.api.act(f"/labels/{code}", "bind", {"equipment_id": made["id"], "position": {**HERE, "datum": "wgs84"}}, status=200)
    path = f"/sites/{site['id']}"
    collector.read(path, "新建社区公园", "晋江市")
    assert collector.numbers("/sites", q="新建") == [site["number"]]
    collector.read(f"/equipment/{made['id']}", "SN-NEW-1", code)
    form = collector.office.get(f"{path}/edit").forms["form-sitepatch"]
    form["address"] = "测试路 9 号"
    form.submit(status=303)
    collector.read(path, "测试路 9 号")
    assert collector.exported("sites", q="新建")[1][0] == site["number"]
    collector.printed("sites", site["number"])
    assert person.api.post("/sites", {**body, "division_code": "440305"}).status_int == 403
    collector.hidden(f"/sites/{world.sites['other'].id}")
    collector.refused("/repairs", "/tasks", "/customers", "/users", "/overview")
    person.api.get("/repairs", status=403)


def test_the_day_of_a_sports_authority(desk, as_, deployment, walk, world):
    repair, task = (made := walk.report()), walk.approve(made)
    authority = desk("authority")
    assert len(authority.numbers("/sites")) == 2
    authority.read("/overview", "器材完好率")
    authority.read("/inspections/coverage", "福建")
    assert len(authority.exported("sites")) == 3
    authority.printed("sites", "AZ1")
    authority.paper("/overview/sheet.pdf", "器材完好率")
    form = authority.office.get("/inspections/spot-check").forms["form-drawspotcheck"]
    form["division_code"].force_value("35")
    form["sites"], form["inspectors"], form["checklist_id"] = "1", "1", str(outdoor(deployment))
    drawn = form.submit(status=303).follow(status=200)
    assert len(drawn.html.select("table.grid tbody tr")) == 1
    authority.hidden(f"/sites/{world.sites['other'].id}")
    authority.forbidden(f"/repairs/{repair['id']}", "approve", "reject")
    authority.forbidden(f"/tasks/{task['id']}", "allocate", "urge", "cancel")
    authority.office.get(f"/sites/{world.sites['one'].id}/edit", status=403)
    authority.refused("/customers", "/users", "/labels", "/followups")
