"""A day of each role that works at a desk: what waits, list, record, action, files, paper, and what is not theirs."""

from __future__ import annotations

from webtest import Upload

from tests.web.work import act_form, jpeg

CALLER = "13900005678"
GUIDE = {"title_zh": "器材保养", "title_en": "Care", "body_zh": "每月检查一次。"}


def test_the_day_of_the_call_centre(desk, walk, world):
    clerk = desk("call_centre")
    form = clerk.office.get("/repairs/intake").forms["form-intake"]
    form["caller_phone"], form["caller_name"], form["symptom"] = CALLER, "李测试", "踏板松动"
    form["equipment_id"] = str(world.pieces["one_1"].id)
    number = form.submit(status=303).follow().html.h1.get_text(strip=True)
    assert "李测试" in clerk.office.get("/repairs/intake/callers", {"caller_phone": CALLER})
    assert clerk.numbers("/repairs", q="5678") == [number]
    repair = clerk.first(clerk.office.get("/repairs", {"q": "踏板"}))
    clerk.read(repair, "踏板松动", "139****5678", "待审核")
    task = walk.approve({"id": repair.rpartition("/")[2]})
    work = f"/tasks/{task['id']}"
    clerk.act(work, "urge", note="来电询问进度")
    clerk.forbidden(work, "allocate", "cancel")
    walk.to_completed(walk.to_assigned(task))
    done = clerk.first(clerk.waiting("已完成"))
    assert done == work
    clerk.act(done, "follow_up", way="phone", repaired="true", response_score="5", manner_score="5", quality_score="4")
    assert clerk.state(done) == "已回访"
    clerk.forbidden(repair, "approve", "reject")
    clerk.refused("/users", "/logs", "/parts")
    assert [row[0] for row in clerk.exported("repairs", q="5678")[1:]] == [number]
    clerk.printed("repairs", number)


def test_the_day_of_a_reviewer(desk, walk, world):
    first, twin, vague, foreign = (walk.report(symptom=text) for text in ("立柱断裂", "立柱断了", "坏了", "不是我们的器材"))
    reviewer = desk("reviewer")
    listed = reviewer.waiting("待审核")
    assert len(listed.html.select("table.grid tbody tr")) == 4
    path = f"/repairs/{first['id']}"
    reviewer.read(path, "立柱断裂", "测试公园", "保")
    page = reviewer.act(path, "approve", severity="urgent", in_warranty="true")
    task = page.html.select('main a[href^="/tasks/"]')[-1]["href"].partition("?")[0]
    reviewer.act(f"/repairs/{twin['id']}", "merge", target_id=str(first["id"]))
    reviewer.act(f"/repairs/{vague['id']}", "ask_more", question="哪一台，怎样坏的？")
    reviewer.act(f"/repairs/{foreign['id']}", "reject", reason="非本公司产品")
    found = {each: reviewer.state(f"/repairs/{record['id']}") for each, record in zip("abc", (twin, vague, foreign), strict=True)}
    assert found == {"a": "已合并", "b": "待补充", "c": "已驳回"}
    assert reviewer.numbers("/repairs", state="pending_review") == []
    assert reviewer.state(task) == "待分配"
    reviewer.forbidden(task, "allocate", "accept", "start", "complete")
    piece = f"/equipment/{world.pieces['one_2'].id}"
    reviewer.act(piece, "stop_use", reason="底座开裂")
    reviewer.paper(f"{piece}/stop-notice.pdf", "CP1-2", "底座开裂")
    assert len(reviewer.exported("repairs", state="rejected")) == 2
    reviewer.printed("repairs", first["number"])
    reviewer.refused("/users", "/parts", "/labels")


def test_the_day_of_a_dispatcher(desk, walk, world):
    urgent = walk.approve(walk.report(symptom="立柱断裂"), severity="urgent")
    dispatcher = desk("dispatcher")
    task = dispatcher.first(dispatcher.waiting("待分配"))
    assert task == f"/tasks/{urgent['id']}"
    dispatcher.act(task, "allocate", receiver=f"unit:{world.units['agent_2'].id}")
    walk.task("agent_manager_2", urgent, "object", reason="不在责任区")
    assert dispatcher.first(dispatcher.waiting("待重新分配")) == task
    dispatcher.read(task, "不在责任区")
    dispatcher.act(task, "allocate", receiver=f"unit:{world.units['agent'].id}")
    dispatcher.fill(f"{task}/deadline", due_at="2026-11-28T18:00", reason="等厂家发货")
    dispatcher.read(task, "2026-11-28 18:00", "等厂家发货", "待接收")
    dispatcher.paper(f"{task}/sheet.pdf", urgent["number"], "派工单", "立柱断裂", "测试代理商甲")
    walk.task("agent_manager", urgent, "accept")
    walk.task("agent_manager", urgent, "assign", repairer_id=world.users["repairer"])
    walk.to_closed(walk.to_completed(urgent))
    assert dispatcher.offered(task) == set()
    dispatcher.office.get(f"{task}/actions/recall", status=409)
    repair = f"/repairs/{urgent['repairs'][0]['id']}" if urgent.get("repairs") else "/repairs/1"
    dispatcher.forbidden(repair, "approve", "reject")
    heads, row = dispatcher.exported("tasks", q=urgent["number"])
    assert row[0] == urgent["number"]
    assert "任务编号" in heads or "编号" in heads
    dispatcher.printed("tasks", urgent["number"])
    dispatcher.refused("/users", "/logs", "/choices")


def test_the_day_of_a_follow_up_clerk(desk, walk):
    good, bad = (walk.to_completed(walk.to_assigned(walk.approve(walk.report(piece=piece)))) for piece in ("one_1", "one_2"))
    clerk = desk("followup_clerk")
    assert len(clerk.waiting("已完成").html.select("table.grid tbody tr")) == 2
    queue = clerk.office.get("/followups", {"state": "open"}, status=200)
    assert len(queue.html.select("td.grid-actions a")) == 4
    path, other = f"/tasks/{good['id']}", f"/tasks/{bad['id']}"
    clerk.act(path, "followup_attempt", outcome="no_answer")
    clerk.act(
        path, "follow_up", way="phone", repaired="true", response_score="5", manner_score="4", quality_score="5", opinion="很满意"
    )
    clerk.act(other, "rework", reason="仍有异响")
    assert (clerk.state(path), clerk.state(other)) == ("已回访", "返工")
    record = clerk.first(clerk.office.get("/followups", {"state": "done"}))
    clerk.read(record, "很满意", "电话")
    clerk.paper(f"{record}/sheet.pdf", "回访单", good["number"], "很满意")
    assert len(clerk.exported("followups", state="done")) == 2
    clerk.printed("followups", "HF20261122")
    repair = f"/repairs/{good['repairs'][0]['id']}" if good.get("repairs") else "/repairs/1"
    clerk.office.get(f"{repair}/edit", status=403)
    clerk.forbidden(path, "allocate", "complete", "cancel")
    clerk.refused("/users", "/parts", "/customers")


def test_the_day_of_a_quality_engineer(desk, walk):
    task = walk.to_assigned(walk.approve(walk.report()))
    part = {"name": "轴承", "old_number": "6204-A1", "new_number": "6204-B7", "in_warranty": True}
    walk.to_completed(task, parts=[part])
    engineer = desk("quality_engineer")
    record = engineer.first(engineer.office.get("/parts", {"state": "to_return"}))
    walk.as_("repairer").api.act(record, "send", {"carrier": "测试快递"}, status=200)
    assert engineer.first(engineer.waiting("已寄出")) == record
    engineer.act(record, "receive")
    engineer.act(record, "find", finding="manufacture", text="滚道有裂纹")
    engineer.read(record, "滚道有裂纹", "6204-A1", "已鉴定")
    engineer.paper(f"{record}/sheet.pdf", "旧件返还单", "6204-A1")
    engineer.read("/parts/faults", "轴承")
    assert engineer.office.get("/parts/faults.xlsx").body[:2] == b"PK"
    assert engineer.exported("parts")[1][0].startswith("JJ")
    engineer.printed("parts", "轴承")
    form = engineer.office.get("/choices/causes/new").forms["form-newword"]
    form["code"], form["zh"], form["en"] = "torsion", "扭断", "Twisted off"
    assert "扭断" in form.submit(status=303).follow()
    engineer.read("/lifetimes", "编号")
    engineer.forbidden(f"/tasks/{task['id']}", "allocate", "follow_up", "rework")
    engineer.forbidden("/repairs/1", "approve")
    engineer.refused("/users", "/customers", "/labels")


def test_the_day_of_a_content_editor(desk, as_, visitor):
    editor = desk("content_editor")
    form = editor.office.get("/articles/office/new").forms["form-articlecreate"]
    form["section"], form["audience"] = "tips", "everybody"
    for name, value in GUIDE.items():
        form[name] = value
    page = form.submit(status=303).follow()
    article = page.request.path
    public = article.replace("/office", "")
    editor.read(public, "每月检查一次")
    visitor.get(public, status=404)
    editor.act(article, "publish")
    assert "每月检查一次" in visitor.get(public)
    editor.act(article, "withdraw")
    visitor.get(public, status=404)
    editor.refused("/repairs", "/tasks", "/sites", "/users", "/overview")
    as_("reviewer").office.get("/articles/office", status=403)


def test_the_day_of_a_leader(desk, walk):
    task = walk.to_assigned(walk.approve(walk.report(), severity="urgent"))
    walk.wait(days=30)
    leader = desk("leader")
    assert leader.first(leader.waiting("超期")) == f"/tasks/{task['id']}"
    leader.read("/overview", "超期任务", "及时率")
    leader.paper("/overview/sheet.pdf", "舒华")
    leader.act(f"/tasks/{task['id']}", "urge", note="请尽快处理")
    leader.read(f"/tasks/{task['id']}", "请尽快处理")
    assert leader.exported("tasks", overdue="true")[1][0] == task["number"]
    leader.printed("tasks", task["number"])
    leader.forbidden(f"/tasks/{task['id']}", "allocate", "cancel", "complete")
    for path in ("/customers/1/edit", "/sites/1/edit", "/equipment/1/edit", "/projects/1/edit", "/models/1/edit"):
        leader.office.get(path, status=403)
    leader.refused("/users", "/logs", "/choices")


def test_the_day_of_an_administrator(desk, walk, visitor, world):
    repair = walk.report()
    administrator = desk("administrator")
    form = administrator.office.get("/users/new").forms["form-newuserschema"]
    form["login"], form["name"], form["password"] = "newcomer", "新人甲", "a first long password"
    form["organisation_id"] = str(world.units["branch"].id)
    person = form.submit(status=303).follow().request.path
    administrator.read(person, "新人甲")
    assert administrator.numbers("/users", q="新人") == ["newcomer"]
    for path, word in (
        ("/roles", "调度"), ("/organisations", "测试华东分公司"), ("/choices", "安装点类别"), ("/system/plugins", "内置"),
        ("/system/jobs", "定时"), ("/system/settings", "设置"), ("/absences", "休假"),
    ):  # fmt: skip
        administrator.read(path, word)
    sees = act_form(administrator.office, f"/users/{world.users['repairer']}/sees").submit(status=200)
    assert "维修任务" in sees
    administrator.office.post_form(f"{person}/disable", status=303)
    refused = visitor.get("/sign-in").forms["form-signinschema"]
    refused["login"], refused["password"] = "newcomer", "a first long password"
    refused.submit(status=422)
    assert administrator.exported("users", q="newcomer")[1][0] == "newcomer"
    administrator.printed("users", "newcomer")
    administrator.read("/logs", "新增用户")
    administrator.forbidden(f"/repairs/{repair['id']}", "approve", "reject", "merge")


def test_the_day_of_an_auditor(desk, walk):
    walk.approve(walk.report())
    auditor = desk("auditor")
    assert {"/logs"} <= auditor.menu() <= {"/", "/logs", "/messages", "/articles"}
    entry = auditor.first(auditor.office.get("/logs", {"record_kind": "repair"}))
    auditor.read(entry, "维修申请")
    auditor.read("/logs/security")
    auditor.read("/logs/running")
    assert auditor.office.get("/logs/chain", {"check": "1"}).html.select_one(".alert-success")
    assert len(auditor.exported("changes", record_kind="repair")) > 1
    auditor.printed("changes", "维修申请")
    auditor.refused("/repairs", "/tasks", "/customers", "/users", "/overview", "/sites")
    auditor.office.post_form("/lists/repairs/export", status=403)


def test_a_picture_of_a_report_travels_from_the_office_to_the_record(desk, world):
    clerk = desk("call_centre")
    form = act_form(clerk.office, "/repairs/intake")
    form["caller_phone"], form["caller_name"], form["symptom"] = CALLER, "李测试", "踏板松动"
    form["equipment_id"] = str(world.pieces["one_1"].id)
    form["pictures"] = [Upload("fault.jpg", jpeg(), "image/jpeg")]
    assert form.submit(status=303).follow().html.select('main img[src*="/media/"]')
