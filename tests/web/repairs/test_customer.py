"""A customer with an account: own equipment, a report by the label's code, its progress, and the last word (R97 to R99, R103)."""

from __future__ import annotations


def answered(as_, repair_id: int) -> None:
    """Solved by the reviewer without a task."""
    as_("reviewer").api.act(f"/repairs/{repair_id}", "answer", {"answer": "已电话指导"}, status=200)


def test_a_customer_sees_what_is_theirs_and_nothing_else(as_, world):
    api = as_("customer").api
    own = {world.pieces[name].id for name in ("one_1", "one_2")}
    assert own <= {each["id"] for each in api.get("/equipment", limit=100).json["items"]}
    piece = api.get(f"/equipment/by-code/{world.pieces['one_1'].code}").json
    assert piece["id"] == world.pieces["one_1"].id
    assert piece["model_name"]
    assert "usage" in piece
    assert api.get(f"/equipment/by-code/{world.pieces['two_1'].code}").status_int == 404
    assert api.get(f"/labels/{world.pieces['two_1'].code}").json["equipment"] is None


def test_a_customer_reports_by_the_label_follows_confirms_with_a_score_and_reopens(as_, world):
    api = as_("customer").api
    made = api.post("/repairs", {"code": world.pieces["one_1"].code, "symptom": "踏板卡住"}, status=201).json
    as_("reviewer").api.act(f"/repairs/{made['id']}", "ask_more", {"question": "哪一侧？"}, status=200)
    seen = api.get(f"/repairs/{made['id']}").json
    assert (seen["question"], {each["name"] for each in seen["actions"]}) == ("哪一侧？", {"supply", "withdraw"})
    api.act(f"/repairs/{made['id']}", "supply", {"text": "左侧"}, status=200)
    steps = api.get(f"/repairs/{made['id']}/timeline").json["items"]
    assert [each["action"] for each in steps] == ["create", "ask_more", "supply"]
    answered(as_, made["id"])
    refused = api.act(f"/repairs/{made['id']}", "confirm", {"score": 6}, status=422)
    assert set(refused.json["errors"]) == {"score"}
    assert api.act(f"/repairs/{made['id']}", "confirm", {"score": 4}, status=200).json["score"] == 4
    assert api.act(f"/repairs/{made['id']}", "reopen", {"reason": "又坏了"}, status=200).json["state"] == "pending_review"


def test_a_customer_disputes_what_is_not_solved(as_, world):
    api = as_("customer").api
    made = api.post("/repairs", {"code": world.pieces["one_2"].code, "symptom": "踏板卡住"}, status=201).json
    answered(as_, made["id"])
    assert api.act(f"/repairs/{made['id']}", "dispute", {"reason": "没有修好"}, status=200).json["state"] == "in_progress"
    assert as_("customer_2").api.get(f"/repairs/{made['id']}").status_int == 404
