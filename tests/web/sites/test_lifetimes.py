"""Rules for warranty and safe service life in the office, and what shows of them elsewhere."""

from __future__ import annotations

from datetime import date

import pytest
from webtest import Upload

from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.lifetimes.run import reckon_waiting
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment
from shuhua_core.sites.states import PUBLIC_WORDS
from tests.web.work import flow_in, in_english, jpeg, stored


@pytest.fixture
def engineer(as_):
    return in_english(as_)("quality_engineer")


def test_a_rule_is_added_tried_out_followed_and_ended(engineer, deployment, world):
    form = engineer.get("/lifetimes/new").forms["form-lifetimerulecreate"]
    form["edition"], form["type"], form["safe_life_months"] = "试用版", "walker", "12"
    saving, form.action = form.action, "/lifetimes/preview"
    assert "An end of theirs would move" in form.submit(status=200)
    form.action = saving
    page = form.submit(status=303).follow()
    assert "In force" in page
    reckon_waiting(deployment)
    piece = stored(deployment, Equipment, world.pieces["one_1"].id)
    assert (piece.safe_life_to, piece.safe_life_by) == (date(2026, 5, 31), "rule")
    shown = engineer.get(f"/equipment/{piece.id}")
    assert "试用版: 12 months from installation 2025-06-01" in shown
    assert "2026-05-31 (past safe life)" in shown
    rule = page.request.path
    end = engineer.get(f"{rule}/end").forms["form-lifetimeruleend"]
    end["reason"] = "试用结束"
    page = end.submit(status=303).follow()
    assert "Out of force" in page
    assert f"{rule}/edit" not in page
    reckon_waiting(deployment)
    assert stored(deployment, Equipment, piece.id).safe_life_to == date(2033, 5, 31)


def test_a_preview_says_what_is_wrong(engineer):
    form = engineer.get("/lifetimes/new").forms["form-lifetimerulecreate"]
    form.action = "/lifetimes/preview"
    assert "text-danger" in form.submit(status=200)


def test_phones_read_the_rules_and_the_reason_of_an_end(as_, deployment, world):
    with flow_in(deployment, world) as flow:
        made = EquipmentService(flow.context("dispatcher")).create(
            {"model_id": world.pieces["one_1"].model_id, "site_id": world.sites["one"].id, "installed_on": "2025-01-01"}
        )
        number = made.id
    api = as_("repairer").api
    assert {each["number"] for each in api.get("/lifetimes", status=200).json["items"]} >= {"SM-L1", "SM-W1"}
    piece = api.get(f"/equipment/{number}", status=200).json
    assert (piece["warranty_to"], piece["in_warranty"]) == ("2026-12-31", True)
    assert piece["warranty_why"].startswith("SM-W1 House warranty terms")
    assert as_("repairer").api.post("/lifetimes", {"edition": "甲", "safe_life_months": 1}).status_int == 403


def test_a_review_proposes_the_warranty_of_the_day_of_the_report(as_, deployment, world):
    with flow_in(deployment, world) as flow:
        repair = flow.report()
        flow.ctx.session.get_one(Equipment, world.pieces["one_1"].id).warranty_to = repair.created_at.date()
        number = repair.id
    assert as_("reviewer").api.get(f"/repairs/{number}", status=200).json["warranty_proposed"] is True
    assert as_("customer").api.get(f"/repairs/{number}", status=200).json["warranty_proposed"] is None
    form = in_english(as_)("reviewer").get(f"/repairs/{number}/actions/approve").forms["form-approve"]
    assert form["in_warranty"].value == "true"


def test_intake_shows_staff_whether_a_piece_is_in_warranty(as_, deployment, world):
    with flow_in(deployment, world) as flow:
        flow.ctx.session.get_one(Equipment, world.pieces["one_1"].id).warranty_to = date(2026, 11, 21)
    address = f"/repairs/place?equipment_id={world.pieces['one_1'].id}"
    assert "Out of warranty" in in_english(as_)("call_centre").get(address)
    assert "arranty" not in in_english(as_)("customer").get(address)


def test_a_piece_is_replaced_in_the_office_with_proof(as_, deployment, world):
    with flow_in(deployment, world) as flow:
        spare = EquipmentService(flow.context("dispatcher")).create({"model_id": world.pieces["one_1"].model_id}).id
    office, old = in_english(as_)("dispatcher"), world.pieces["one_1"].id
    assert str(spare) in office.get(f"/equipment/{old}/replacements").html.option["value"]
    form = office.get(f"/equipment/{old}/actions/replace").forms["form-replaceform"]
    form["replacement_id"].force_value(str(spare))
    form["reason"] = "立柱锈穿"
    assert "picture" in form.submit(status=422)
    form["pictures"] = [Upload("proof.jpg", jpeg(), "image/jpeg")]
    page = form.submit(status=303).follow()
    assert "Replaced by" in page
    assert stored(deployment, Equipment, spare).replaces_id == old
    assert "Replaced by a new piece" in office.get(f"/q/{world.pieces['one_1'].code}")


def test_every_state_has_words_for_the_public():
    assert PUBLIC_WORDS.keys() == EQUIPMENT_WORKFLOW.states.keys()
    assert not any(
        PUBLIC_WORDS[name].usable for name in ("out_of_use", "past_life", "to_scrap", "scrapped", "removed", "replaced")
    )
