"""Removing or replacing a piece asks what becomes of the open requests and tasks: in the office and over the API."""

import pytest
from webtest import Upload

from tests.web.sites.test_sites import jpeg, upload


@pytest.fixture
def piece(world):
    return world.pieces["one_1"]


@pytest.fixture
def repair(as_, piece):
    """A request about the piece that waits for review."""
    return as_("customer").api.post("/repairs", {"symptom": "摆腿松动", "equipment_id": piece.id}, status=201).json


def test_the_form_asks_about_each_and_the_phone_and_the_reporter_see_what_happened(as_, piece, repair):
    person = as_("dispatcher")
    office = person.office
    form = office.get(f"/equipment/{piece.id}/actions/remove", status=200).forms["form-removeform"]
    name = f"repair-{repair['id']}"
    assert [value for value, _chosen, _label in form[name].options] == ["leave", "close"], "moved to what, when nothing comes?"
    assert form[name].value == "leave"
    form[name] = "close"
    again = form.submit(status=422).forms["form-removeform"]
    assert again[name].value == "close", "what was chosen is kept"
    again["reason"], again["pictures"] = "立柱锈穿", [Upload("proof.jpg", jpeg(), "image/jpeg")]
    done = again.submit(status=303)
    assert done.headers["Location"].endswith(f"/equipment/{piece.id}")
    told = as_("customer").api.get(f"/repairs/{repair['id']}", status=200).json
    assert told["state"] == "resolved"
    assert "立柱锈穿" in told["answer"]


def test_a_piece_without_open_work_is_not_asked_about(as_, world):
    page = as_("dispatcher").office.get(f"/equipment/{world.pieces['one_2'].id}/actions/remove", status=200)
    assert "未了结的申请与任务" not in page


def test_by_the_api_what_is_open_is_listed_and_decided_about(as_, piece, repair):
    api = as_("dispatcher").api
    (listed,) = api.get(f"/equipment/{piece.id}/open-work", status=200).json["items"]
    assert (listed["kind"], listed["id"], listed["number"]) == ("repair", repair["id"], repair["number"])
    assert set(listed["choices"]) == {"leave", "close", "move"}
    host = as_("host_unit").api
    assert host.get(f"/equipment/{piece.id}/open-work", status=200).json["items"][0]["choices"] == ["leave", "move"]
    assert as_("dispatcher_other").api.get(f"/equipment/{piece.id}/open-work").status_int == 404
    body = {"reason": "立柱锈穿", "media_ids": [upload(api)]}
    wrong = {**body, "open_work": [{"kind": "repair", "id": repair["id"], "what": "move"}]}
    assert list(api.post(f"/equipment/{piece.id}/actions/remove", wrong, status=422).json["errors"]) == ["open_work.0.what"]
    right = {**body, "open_work": [{"kind": "repair", "id": repair["id"], "what": "close"}]}
    assert api.post(f"/equipment/{piece.id}/actions/remove", right, status=200).json["state"] == "removed"
    assert as_("customer").api.get(f"/repairs/{repair['id']}").json["state"] == "resolved"
    assert api.get(f"/equipment/{piece.id}/open-work").json["items"] == []
