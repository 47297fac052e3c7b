"""Two edit one inspection plan: who comes second is shown what the first changed, field by field."""


def test_who_saves_a_plan_second_sees_what_was_changed_and_chooses(as_, plan):
    office, path = as_("dispatcher").office, f"/plans/{plan()['id']}/edit"
    first, second = (office.get(path).forms["form-planpatch"] for _ in range(2))
    before = first["interval_days"].value
    first["interval_days"], first["name"] = "45", "先改的"
    first.submit(status=303)
    second["interval_days"] = "60"
    page = second.submit(status=409)
    rows = {row.select_one("input")["name"]: row for row in page.html.select("section.overtaken tbody tr")}
    assert set(rows) == {"take-interval_days", "take-name"}
    for shown in (before, "45", "60", "测试·dispatcher"):
        assert shown in rows["take-interval_days"].get_text(" ")
    assert rows["take-interval_days"].select_one("input[checked]")["value"] == "mine"
    assert rows["take-name"].select_one("input[checked]")["value"] == "theirs"
    saved = page.forms["form-planpatch"].submit(status=303).follow()
    assert "先改的" in saved
    again = office.get(path).forms["form-planpatch"]
    assert again["interval_days"].value == "60"
