"""Inspections over the API as the phone uses it: due list, checklists, one POST for all, exactly once."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from shuhua_core.inspections.models import Inspection
from shuhua_core.media.models import MediaFile
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment
from tests.web.work import count, stored


def photo(deployment, user_id, key):
    """A picture that this person has uploaded and that was drawn already."""
    with deployment.database.write() as session:
        media = MediaFile(
            key=key, sha256="0" * 64, size=1, kind="photo", state="ready", content_type="image/jpeg", width=4, height=4,
            uploader_id=user_id, created_at=deployment.clock.now(),
        )  # fmt: skip
        session.add(media)
        session.flush()
        return media.id


def test_the_due_list_shows_what_the_inspector_needs_to_go_there(as_, world, plan, outdoor):
    monthly = plan()
    site = world.sites["one"]
    [due] = as_("inspector").api.get("/inspections/due", status=200).json["items"]
    assert due["plan_id"] == monthly["id"]
    assert due["site"] == {
        "id": site.id, "number": "AZ1", "name": "测试公园", "address": "测试路 1 号", "longitude": 118.575, "latitude": 24.807,
        "division_code": "350582", "state": "normal",
    }  # fmt: skip
    assert (due["checklist_id"], due["due_on"], due["overdue"], due["pieces"]) == (outdoor, "2026-11-22", False, 2)
    assert as_("inspector_other").api.get("/inspections/due", status=200).json["items"] == []
    assert as_("inspector").api.get("/inspections/due", days=400).status_int == 422


def test_checklists_carry_their_items_in_both_languages(as_, outdoor):
    api = as_("inspector").api
    listed = api.get("/checklists", status=200).json["items"]
    assert {each["name"] for each in listed} == {"Outdoor fitness equipment", "Any site"}
    whole = api.get(f"/checklists/{outdoor}", status=200).json
    assert whole["version"] == 1
    item = next(each for each in whole["items"] if each["code"] == "bearing")
    assert item["zh"].startswith("转动灵活")
    assert "walker" in item["types"]
    assert api.get(f"/checklists/{outdoor}", version=2).status_int == 404
    assert as_("customer").api.get("/checklists").status_int == 403


def test_one_post_keeps_the_inspection_makes_the_request_and_stops_the_piece_exactly_once(as_, deployment, world, plan, found):
    monthly, inspector = plan(), as_("inspector")
    pictures = [photo(deployment, inspector.user_id, f"k{number}") for number in range(3)]
    body = found(
        ("one_1", "fixing", "abnormal", {"note": "立柱断裂", "stop_use": True, "media_ids": [pictures[0]]}),
        ("one_2", "bearing", "abnormal", {"repair": {"symptom": "轴承异响", "severity": "high"}, "media_ids": [pictures[1]]}),
        (None, "ground", "normal"),
        position={"longitude": 118.5751, "latitude": 24.8071, "accuracy": 8},
        captured_at="2026-11-22T08:00:00+08:00",
        signature_media_id=pictures[2],
    )
    key = str(uuid.uuid4())
    made = inspector.api.post("/inspections", body, key=key, status=201)
    again = inspector.api.post("/inspections", body, key=key, status=201)
    assert again.json == made.json
    assert again.headers["Idempotency-Replayed"] == "true"
    answer = made.json
    assert answer["number"].startswith("XC")
    assert (answer["state"], answer["plan_id"], answer["on_time"], answer["skewed"]) == ("dangerous", monthly["id"], True, False)
    assert answer["actions"] == []
    assert [each["id"] for each in answer["media"]] == pictures
    repairs = {each["equipment_id"]: each["repair_id"] for each in answer["items"]}
    assert set(repairs) == {world.pieces["one_1"].id, world.pieces["one_2"].id, None}
    assert count(deployment, Inspection) == 1
    assert count(deployment, RepairRequest) == 2
    assert stored(deployment, Equipment, world.pieces["one_1"].id).state == "out_of_use"
    reviewer = as_("reviewer").api
    shown = reviewer.get(f"/repairs/{repairs[world.pieces['one_2'].id]}", status=200).json
    assert [each["id"] for each in shown["media"]] == [pictures[1]]
    assert shown["severity"] == "high"
    assert inspector.api.get("/inspections/due", status=200).json["items"] == []


def test_a_picture_is_seen_by_whoever_sees_one_of_the_records_it_is_shown_on(as_, deployment, world, found):
    inspector = as_("inspector")
    picture = photo(deployment, inspector.user_id, "k1")
    inspector.api.post("/inspections", found(("one_1", "fixing", "abnormal", {"media_ids": [picture]})), status=201)
    with deployment.database.read() as session:
        assert session.scalar(select(func.count()).select_from(RepairRequest)) == 1
    statuses = {
        login: as_(login).api.get(f"/media/{picture}").status_int
        for login in ("reviewer", "authority", "call_centre", "host_unit", "customer_other", "inspector_other", "agent_manager_2")
    }
    assert {login for login, status in statuses.items() if status == 200} == {"reviewer", "authority", "call_centre", "host_unit"}
    assert set(statuses.values()) == {200, 404}


def test_what_is_refused_says_where_and_leaves_nothing(as_, deployment, found):
    inspector = as_("inspector").api
    body = found(
        ("other_1", "fixing", "normal"), ("one_1", "nothing", "normal"), ("one_1", "fixing", "abnormal", {"media_ids": [9]})
    )
    refused = inspector.post("/inspections", body, status=422)
    assert set(refused.json["errors"]) == {"items.0.equipment_id", "items.1.item"}
    refused = inspector.post("/inspections", {**body, "items": [{"item": "fixing"}]}, status=422)
    assert "items.0.result" in refused.json["errors"]
    assert inspector.post("/inspections", {**body, "items": [{"item": "x"}] * 1001}, status=422)
    assert as_("reviewer").api.post("/inspections", found(), status=403)
    assert count(deployment, Inspection) == 0


def test_inspections_are_listed_read_and_followed_within_ones_scope(as_, found):
    inspector = as_("inspector").api
    cursor = inspector.get("/changes", status=200).json["cursor"]
    made = inspector.post("/inspections", found(("one_1", "fixing", "abnormal"), note="雨后"), status=201).json
    [line] = as_("leader").api.get("/inspections", state="abnormal", total="true", status=200).json["items"]
    assert (line["number"], line["site"], line["inspector"]) == (made["number"], "测试公园", "测试·inspector")
    assert as_("leader").api.get("/inspections", inspector_id=999, status=200).json["items"] == []
    [step] = as_("host_unit").api.get(f"/inspections/{made['id']}/timeline", status=200).json["items"]
    assert (step["action"], step["after"], step["note"]) == ("create", "abnormal", "雨后")
    for stranger in ("inspector_other", "agent_manager_2", "host_unit_other"):
        assert as_(stranger).api.get(f"/inspections/{made['id']}").status_int == 404
    told = {(each["kind"], each["event"]) for each in inspector.get("/changes", since=cursor, status=200).json["items"]}
    assert {("inspection", "inspections.recorded"), ("repair", "repairs.created")} <= told


def test_plans_are_read_and_changed_over_the_api(as_, plan, world):
    made = plan(responsible_id=world.users["inspector"])
    assert (made["next_due"], made["interval_days"]) == ("2026-11-22", 30)
    dispatcher = as_("dispatcher").api
    assert dispatcher.patch(f"/plans/{made['id']}", {"active": False}).status_int == 428
    changed = dispatcher.patch(f"/plans/{made['id']}", {"active": False}, version=made["version"], status=200).json
    assert (changed["active"], changed["next_due"]) == (False, None)
    assert as_("inspector").api.get(f"/plans/{made['id']}", status=200).json["version"] == 2
    assert as_("inspector").api.patch(f"/plans/{made['id']}", {"active": True}, version=2).status_int == 403


def test_coverage_and_activity_over_the_api(as_, plan, found):
    plan()
    as_("inspector").api.post("/inspections", found(), status=201)
    leader = as_("leader").api
    [county] = [each for each in leader.get("/inspections/coverage", status=200).json["items"] if each["due"]]
    assert (county["name"], county["done"], county["on_time_rate"]) == ("Jinjiang, Quanzhou, Fujian", 1, 1.0)
    assert leader.get("/inspections/coverage", by="unit", status=200).json["items"][0]["name"] == "测试代理商甲"
    [person] = leader.get("/inspections/activity", status=200).json["items"]
    assert (person["name"], person["inspections"]) == ("测试·inspector", 1)
    assert leader.get("/inspections/coverage", **{"from": "2026-12-01", "to": "2026-11-01"}).status_int == 422
    assert as_("customer").api.get("/inspections/coverage").status_int == 403
