"""Teams of organisations."""


def test_a_team_is_put_together_changed_and_removed(as_, world):
    browser = as_("administrator").office
    form = browser.get("/teams/new").forms["form-teamschema"]
    form["organisation_id"], form["name"] = str(world.units["agent"].id), "一班"
    chosen = [box for box in form.fields["members"] if box._value == str(world.users["repairer"])]
    chosen[0].checked = True
    page = form.submit(status=303).follow()
    assert "一班" in page
    assert "测试·repairer" in page
    form = browser.get(page.html.select_one("tbody a")["href"]).forms["form-teamschema"]
    form["name"] = "二班"
    form.submit(status=303)
    page = browser.get("/teams")
    assert "二班" in page
    next(form for form in page.forms.values() if form.action.endswith("/remove")).submit(status=303)
    assert "二班" not in browser.get("/teams")


def test_people_of_another_unit_are_no_members_and_a_name_stands_once(as_, world):
    browser = as_("administrator").office
    token = {"organisation_id": str(world.units["agent"].id), "name": "一班"}
    for wanted, status in (("repairer_2", 422), ("repairer", 303), ("repairer", 422)):
        form = browser.get("/teams/new").forms["form-teamschema"]
        form["organisation_id"], form["name"] = token["organisation_id"], token["name"]
        next(box for box in form.fields["members"] if box._value == str(world.users[wanted])).checked = True
        form.submit(status=status)


def test_only_who_keeps_accounts_keeps_teams(as_):
    as_("dispatcher").office.get("/teams", status=403)
    as_("auditor").office.get("/teams/new", status=403)
