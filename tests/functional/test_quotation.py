"""Out of warranty, from the review to the repair: the price, the consent on the public page, and who hears of what."""

from __future__ import annotations

import uuid

from shuhua_core import worker
from tests.web.client import OfficeClient
from tests.web.work import act_form

LINES = [
    {"kind": "labour", "text": "上门维修", "quantity": "1.5", "unit_price": "120.00"},
    {"kind": "part", "text": "轴承", "quantity": "2", "unit_price": "35.25"},
]


def reported_by_a_stranger(anonymous, walk, world):
    """Number, token and id of a report without an account."""
    made = anonymous.post("/repairs", {"code": world.pieces["one_1"].code, "symptom": "踏板断裂"}, status=201)
    token = made.json["token"]
    listed = walk.as_("reviewer").api.get("/repairs", q=made.json["number"], status=200).json["items"]
    return token, listed[0]


def test_out_of_warranty_the_repair_waits_for_the_consent_on_the_public_page(app, anonymous, walk, world, deployment):
    walk.work = lambda: worker.run_once(deployment)
    token, repair = reported_by_a_stranger(anonymous, walk, world)
    task = walk.approve(repair, in_warranty=False)
    assert task["consent"] == "needed"
    walk.allocate(task)
    walk.task("agent_manager", task, "accept")
    walk.task("agent_manager", task, "assign", repairer_id=world.users["repairer"])
    manager = walk.as_("agent_manager").api
    quotation = manager.post(f"/tasks/{task['id']}/quotations", {"lines": LINES, "warranty_months": 6}, status=201).json
    assert (quotation["number"], quotation["total"]) == ("BJ20261122-0001", "250.50")
    refused = walk.task("repairer", task, "start", status=409)
    assert refused["code"] == "wrong_state"
    visitor = OfficeClient(app)
    assert "250.50" not in visitor.get(f"/r/{token}")
    manager.act(f"/quotations/{quotation['id']}", "send", status=200)
    walk.task("repairer", task, "start", status=409)
    page = visitor.get(f"/r/{token}")
    assert "¥250.50" in page
    accept = next(link["href"] for link in page.html.select("a.btn") if link["href"].endswith("/accept"))
    act_form(visitor, accept).submit(status=303)
    assert walk.see_task("repairer", task)["consent"] == "given"
    assert "start" in [action["name"] for action in walk.see_task("repairer", task)["actions"]]
    assert walk.to_repairing(task)["state"] == "repairing"
    walk.wait(minutes=1)
    told = ("quotation_accepted", quotation["number"])
    assert told in walk.inbox("agent_manager")
    assert told in walk.inbox("repairer")
    assert told not in walk.inbox("agent_manager_2")


def test_a_declined_price_is_decided_by_the_dispatcher(walk, deployment):
    walk.work = lambda: worker.run_once(deployment)
    repair = walk.report()
    task = walk.to_assigned(walk.approve(repair, in_warranty=False))
    manager, customer, dispatcher = (walk.as_(login).api for login in ("agent_manager", "customer", "dispatcher"))
    quotation = manager.post(f"/tasks/{task['id']}/quotations", {"lines": LINES}, status=201).json
    manager.act(f"/quotations/{quotation['id']}", "send", status=200)
    walk.wait(minutes=1)
    assert ("quotation_sent", quotation["number"]) in walk.inbox("customer")
    customer.act(f"/quotations/{quotation['id']}", "decline", {"reason": "太贵"}, status=200)
    walk.wait(minutes=1)
    assert ("quotation_declined", quotation["number"]) in walk.inbox("dispatcher")
    assert walk.task("repairer", task, "start", status=409)["code"] == "wrong_state"
    key, path = str(uuid.uuid4()), f"/tasks/{task['id']}/free-of-charge"
    manager.post(path, {"reason": "老客户"}, status=403)
    waiver = dispatcher.post(path, {"reason": "老客户"}, key=key, status=201).json
    assert dispatcher.post(path, {"reason": "老客户"}, key=key, status=201).json["id"] == waiver["id"]
    assert walk.to_repairing(task)["state"] == "repairing"
