"""Two edit one record: who comes second is shown what the first changed, field by field, and says whose value stays."""

import pytest

EDITED = {
    "customers": ("form-customerpatch", "name", "address"),
    "projects": ("form-projectpatch", "name", "note"),
    "models": ("form-modelpatch", "name", "parts"),
    "sites": ("form-sitepatch", "name", "address"),
    "equipment": ("form-equipmentpatch", "name", "place"),
}


def edit_path(world, name):
    ids = {
        "customers": world.customers["one"].id,
        "projects": world.sites["one"].project_id,
        "models": world.pieces["one_1"].model_id,
        "sites": world.sites["one"].id,
        "equipment": world.pieces["one_1"].id,
    }
    return f"/{name}/{ids[name]}/edit"


@pytest.mark.parametrize("name", EDITED)
def test_who_comes_second_sees_what_was_changed_by_whom_and_saves_what_they_choose(office, world, name):
    form_id, first_field, second_field = EDITED[name]
    path = edit_path(world, name)
    first, second = (office.get(path).forms[form_id] for _ in range(2))
    before = first[first_field].value
    first[first_field], first[second_field] = "先改的", "他们的"
    first.submit(status=303)
    second[first_field] = "后改的"
    page = second.submit(status=409)
    rows = {row.select_one("input")["name"]: row for row in page.html.select("section.overtaken tbody tr")}
    assert set(rows) == {f"take-{first_field}", f"take-{second_field}"}
    row = rows[f"take-{first_field}"]
    text = row.get_text(" ")
    for shown in (before, "先改的", "后改的", "测试·dispatcher"):
        assert shown in text
    assert row.select_one("input[checked]")["value"] == "mine"
    assert rows[f"take-{second_field}"].select_one("input[checked]")["value"] == "theirs", "left alone, so theirs"
    form = page.forms[form_id]
    assert form[first_field].value == "后改的"
    saved = form.submit(status=303).follow()
    assert "后改的" in saved
    assert "他们的" in saved


def test_theirs_is_taken_where_it_is_chosen(office, world):
    path = edit_path(world, "customers")
    first, second = (office.get(path).forms["form-customerpatch"] for _ in range(2))
    first["name"], second["name"], second["note"] = "甲", "乙", "我的备注"
    first.submit(status=303)
    form = second.submit(status=409).forms["form-customerpatch"]
    form["take-name"] = "theirs"
    form.submit(status=303)
    again = office.get(path).forms["form-customerpatch"]
    assert (again["name"].value, again["note"].value) == ("甲", "我的备注")


def test_a_third_who_saves_meanwhile_is_shown_too(office, world):
    path = edit_path(world, "customers")
    first, second = (office.get(path).forms["form-customerpatch"] for _ in range(2))
    first["name"], second["name"] = "甲", "乙"
    first.submit(status=303)
    form = second.submit(status=409).forms["form-customerpatch"]
    third = office.get(path).forms["form-customerpatch"]
    third["address"] = "第三条路"
    third.submit(status=303)
    page = form.submit(status=409)
    assert "第三条路" in page.html.select_one("section.overtaken").get_text()
    page.forms["form-customerpatch"].submit(status=303)
    again = office.get(path).forms["form-customerpatch"]
    assert (again["name"].value, again["address"].value) == ("乙", "第三条路")


def test_a_phone_that_was_changed_is_shown_masked_and_never_comes_back_whole(office, world):
    path = edit_path(world, "customers")
    first, second = (office.get(path).forms["form-customerpatch"] for _ in range(2))
    first["phone"], second["name"] = "139 0000 7777", "乙"
    first.submit(status=303)
    page = second.submit(status=409)
    assert "139****7777" in page
    assert "13900007777" not in page.text
    assert "139 0000 7777" not in page.text
    page.forms["form-customerpatch"].submit(status=303)
    assert "139****7777" in office.get(path.removesuffix("/edit"))


def test_what_they_wrote_is_shown_as_text(office, world):
    path = edit_path(world, "customers")
    first, second = (office.get(path).forms["form-customerpatch"] for _ in range(2))
    first["name"], second["name"] = "<script>甲</script>", "<b>乙</b>"
    first.submit(status=303)
    page = second.submit(status=409)
    assert "<script>甲" not in page.text
    assert "<b>乙" not in page.text


def test_both_having_written_the_same_there_is_nothing_to_choose(office, world):
    path = edit_path(world, "customers")
    first, second = (office.get(path).forms["form-customerpatch"] for _ in range(2))
    first["name"] = second["name"] = "甲"
    first.submit(status=303)
    page = second.submit(status=409)
    assert page.html.select_one("section.overtaken") is None
    page.forms["form-customerpatch"].submit(status=303)


def test_a_choice_that_nobody_offered_changes_nothing_but_ones_own_values(office, world):
    path = edit_path(world, "customers")
    form = office.get(path).forms["form-customerpatch"]
    form["name"] = "乙"
    fields = [*form.submit_fields(), ("take-name", "theirs"), ("take-organisation_path", "theirs"), ("take-id", "theirs")]
    office.post(path, fields, status=303)
    assert office.get(path).forms["form-customerpatch"]["name"].value == "测试客户"


def test_references_and_positions_are_named_as_people_know_them(office, world):
    path = edit_path(world, "sites")
    first, second = (office.get(path).forms["form-sitepatch"] for _ in range(2))
    first["customer_id"].force_value(str(world.customers["two"].id))
    first["longitude"], first["latitude"] = "118.6", "24.9"
    second["name"] = "乙"
    first.submit(status=303)
    text = second.submit(status=409).html.select_one("section.overtaken").get_text(" ")
    for shown in ("KH1", "KH2", "118.575, 24.807", "118.6, 24.9"):
        assert shown in text
    page = second.submit(status=409)
    page.forms["form-sitepatch"].submit(status=303)
    api = office.get(path)
    assert api.forms["form-sitepatch"]["longitude"].value == "118.6"


def test_the_api_says_which_version_there_is(as_, world):
    api = as_("dispatcher").api
    path = f"/customers/{world.customers['one'].id}"
    api.patch(path, {"name": "甲"}, version=1, status=200)
    problem = api.patch(path, {"name": "乙"}, version=1, status=412).json
    assert (problem["code"], problem["version"]) == ("version_stale", 2)


def test_users_and_articles_say_it_too(as_, world):
    admin = as_("administrator").office
    path = f"/users/{world.users['repairer']}/edit"
    first, second = (admin.get(path).forms["form-userpatchschema"] for _ in range(2))
    first["name"], second["email"] = "新名", "x@example.com"
    first.submit(status=303)
    page = second.submit(status=409)
    assert "新名" in page.html.select_one("section.overtaken").get_text()
    page.forms["form-userpatchschema"].submit(status=303)
    again = admin.get(path).forms["form-userpatchschema"]
    assert (again["name"].value, again["email"].value) == ("新名", "x@example.com")
