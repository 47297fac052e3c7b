"""Entering requests: for a caller who is looked up by phone, and for oneself with pictures."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from webtest import Upload

from shuhua_core.archives.models import Contact
from shuhua_core.audit.models import AuditEntry
from shuhua_core.media.models import MediaFile
from shuhua_core.repairs.models import RepairRequest
from tests.web.work import count, flow_in, jpeg


@pytest.fixture
def office(browser):
    return browser("call_centre")


def enter(office, world, **fields):
    form = office.get("/repairs/intake").forms["form-intake"]
    values = {
        "caller_phone": "139 0000 5678",
        "caller_name": "李测试",
        "symptom": "踏板松动",
        "equipment_id": world.pieces["one_1"].id,
    }
    for name, value in {**values, **fields}.items():
        form[name] = str(value)
    return form.submit(status="*")


def newest(deployment):
    with deployment.database.read() as session:
        return session.scalars(select(RepairRequest).order_by(RepairRequest.id.desc()).limit(1)).one()


def revealed(deployment):
    with deployment.database.read() as session:
        return list(
            session.scalars(select(AuditEntry.event).where(AuditEntry.event.endswith("phone_revealed")).order_by(AuditEntry.id))
        )


def test_a_request_by_phone_is_entered_and_the_caller_kept_as_a_contact(office, world, deployment):
    page = enter(office, world).follow()
    assert "The request was entered." in page
    repair = newest(deployment)
    assert (repair.channel, repair.state, repair.caller_phone) == ("call_centre", "pending_review", "13900005678")
    assert repair.site_id == world.sites["one"].id
    assert count(deployment, Contact) == 1


def test_what_was_typed_comes_back_with_the_errors(office, world):
    page = enter(office, world, caller_phone="123", symptom="踏板松动很久了")
    assert page.status_int == 422
    form = page.forms["form-intake"]
    assert (form["caller_phone"].value, form["symptom"].value) == ("123", "踏板松动很久了")
    assert form["equipment_id"].value == str(world.pieces["one_1"].id)


def test_a_caller_is_found_by_number_and_by_the_last_four_digits_with_equipment_and_earlier_requests(office, world):
    enter(office, world)
    by_number = office.get("/repairs/intake/callers", {"caller_phone": "139 0000 5678"})
    assert "李测试" in by_number
    assert "139 0000 5678" in by_number
    by_tail = office.get("/repairs/intake/callers", {"caller_phone": "5678"})
    assert "139****5678" in by_tail
    assert "13900005678" not in by_tail
    for page in (by_number, by_tail):
        assert "踏板松动" in page
        assert "太空漫步机" in page
    assert "Nobody is known" in office.get("/repairs/intake/callers", {"caller_phone": "139 0000 9999"})
    assert "last four digits" in office.get("/repairs/intake/callers", {"caller_phone": "13"})


def test_who_reported_in_the_app_and_calls_to_ask_is_found_by_their_request(browser, office, deployment, world):
    with flow_in(deployment, world) as flow:
        repair = flow.report(symptom="座椅开裂")
        repair.caller_phone = "13900007777"
        number = repair.number
    for typed in ("7777", "139 0000 7777"):
        page = office.get("/repairs/intake/callers", {"caller_phone": typed})
        assert number in page
        assert "座椅开裂" in page
    assert number not in office.get("/repairs/intake/callers", {"caller_phone": "7778"})
    assert number not in browser("call_centre_other").get("/repairs/intake/callers", {"caller_phone": "7777"})


def test_callers_of_another_branch_are_not_found(browser, office, world):
    enter(office, world)
    assert "李测试" not in browser("call_centre_other").get("/repairs/intake/callers", {"caller_phone": "5678"})
    browser("reviewer").get("/repairs/intake/callers", {"caller_phone": "5678"}, status=403)


def test_one_click_fills_caller_and_piece_and_leaves_the_rest_alone(office, world, deployment):
    enter(office, world)
    with deployment.database.read() as session:
        contact = session.scalars(select(Contact)).one()
    fields = {"contact_id": contact.id, "customer_id": world.customers["one"].id, "equipment_id": world.pieces["one_2"].id}
    page = office.post_form("/repairs/intake/fill", {**fields, "caller_phone": "139 0000 5678"})
    assert page.html.select_one("[name=caller_name]")["value"] == "李测试"
    assert page.html.select_one("[name=equipment_id]")["value"] == str(world.pieces["one_2"].id)
    assert page.html.select_one("#part-caller")["hx-swap-oob"] == "true"
    assert not page.html.select("[name=symptom]")
    assert revealed(deployment) == []


def test_filling_in_a_number_that_was_found_by_its_last_digits_is_logged(office, world, deployment):
    customer = world.customers["one"]
    page = office.post_form("/repairs/intake/fill", {"customer_id": customer.id, "caller_phone": customer.phone[-4:]})
    assert page.html.select_one("[name=caller_phone]")["value"] == customer.phone
    enter(office, world)
    with deployment.database.read() as session:
        contact_id = session.scalars(select(Contact.id)).one()
    office.post_form("/repairs/intake/fill", {"contact_id": contact_id, "caller_phone": "5678"})
    assert revealed(deployment) == ["customers.phone_revealed", "contacts.phone_revealed"]
    foreign = world.customers["other"]
    office.post_form("/repairs/intake/fill", {"customer_id": foreign.id, "caller_phone": foreign.phone}, status=404)


def test_the_place_is_found_by_site_number_and_code_and_shows_what_is_open_there(office, world):
    enter(office, world)
    piece = world.pieces["one_1"]
    for text in ("测试公园", piece.number, piece.serial, piece.code, "测试路 1"):
        assert f"equipment_id={piece.id}" in office.get("/repairs/places", {"q": text})
    assert f"equipment_id={world.pieces['other_1'].id}" not in office.get("/repairs/places", {"q": "测试公园"})
    chosen = office.get("/repairs/place", {"equipment_id": piece.id})
    assert "Already reported here" in chosen
    hidden = office.get("/repairs/place", {"equipment_id": world.pieces["other_1"].id})
    assert hidden.html.select_one("[name=equipment_id]")["value"] == ""


def test_a_customer_reports_for_themselves_with_a_picture(browser, as_, world, deployment):
    office = browser("customer")
    form = office.get("/repairs/new").forms["form-report"]
    form["symptom"], form["equipment_id"] = "扶手脱落", str(world.pieces["one_1"].id)
    form["pictures"] = [Upload("photo.jpg", jpeg(), "image/jpeg")]
    page = form.submit(status=303).follow()
    assert "扶手脱落" in page
    repair = newest(deployment)
    assert (repair.channel, repair.reporter_id) == ("app", as_("customer").user_id)
    with deployment.database.read() as session:
        media = session.scalars(select(MediaFile)).one()
    assert (media.record_kind, media.record_id) == ("repair", repair.id)
    assert page.html.select_one(f'img[src="/api/v1/media/{media.id}/thumbnail"]')


def test_a_file_that_is_no_picture_is_refused_and_what_was_typed_stays(browser, world, deployment):
    form = browser("inspector").get("/repairs/new").forms["form-report"]
    form["symptom"], form["equipment_id"] = "扶手脱落", str(world.pieces["one_1"].id)
    form["pictures"] = [Upload("photo.jpg", b"no picture at all", "image/jpeg")]
    page = form.submit(status=422)
    assert "扶手脱落" in page
    assert count(deployment, RepairRequest) == 0


def test_who_may_not_report_sees_neither_form_nor_button(browser):
    office = browser("leader")
    office.get("/repairs/new", status=403)
    office.get("/repairs/intake", status=403)
    assert not office.get("/repairs").html.select(".toolbar > a")
