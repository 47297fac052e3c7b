"""Two act on one piece of equipment: who comes second is told who did what, and when."""

import pytest


def action_form(office, piece, action):
    page = office.get(f"/equipment/{piece.id}/actions/{action}", status=200)
    return next(each for each in page.forms.values() if each.action.endswith(f"/actions/{action}"))


@pytest.fixture
def piece(world):
    return world.pieces["one_1"]


def test_the_second_to_put_it_out_of_use_is_told_who_was_first(as_, piece):
    first, second = (action_form(as_(login).office, piece, "stop_use") for login in ("inspector", "reviewer"))
    for form in (first, second):
        form["reason"] = "立柱锈穿"
    first.submit(status=303)
    page = second.submit(status=409)
    for shown in ("测试·inspector", "已先行处理", "停用"):
        assert shown in page
    late = as_("reviewer").office.get(f"/equipment/{piece.id}/actions/stop_use", status=409)
    assert "测试·inspector" in late


def test_who_acts_on_what_was_edited_meanwhile_is_told_what_and_may_then_go_on(as_, piece):
    office = as_("dispatcher").office
    form = action_form(as_("reviewer").office, piece, "watch")
    form["reason"] = "轻微晃动"
    edit = office.get(f"/equipment/{piece.id}/edit").forms["form-equipmentpatch"]
    edit["place"] = "西门"
    edit.submit(status=303)
    page = form.submit(status=409)
    for shown in ("期间他人修改了该记录", "测试·dispatcher", "点内位置"):
        assert shown in page
    again = next(each for each in page.forms.values() if each.action.endswith("/actions/watch"))
    assert again["reason"].value == "轻微晃动", "nothing that was typed is lost"
    again.submit(status=303)
