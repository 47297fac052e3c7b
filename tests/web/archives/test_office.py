"""The office's screens of all five archives."""

import re

import pytest

NAMES = ("customers", "projects", "models", "sites", "equipment")


def record_of(world, name):
    return {
        "customers": world.customers["one"].id,
        "projects": world.sites["one"].project_id,
        "models": world.pieces["one_1"].model_id,
        "sites": world.sites["one"].id,
        "equipment": world.pieces["one_1"].id,
    }[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_archive_has_a_list_a_page_and_forms(office, world, name):
    number = record_of(world, name)
    for path in (f"/{name}", f"/{name}?q=test", f"/{name}/new", f"/{name}/{number}", f"/{name}/{number}/edit"):
        page = office.get(path, status=200)
        assert "<title>" in page, path
        assert "${" not in page.text, path


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_is_offered_no_change(as_, world, name):
    office = as_("leader").office
    number = record_of(world, name)
    assert f"/{name}/new" not in office.get(f"/{name}", status=200)
    assert "/edit" not in office.get(f"/{name}/{number}", status=200)
    office.get(f"/{name}/new", status=403)
    office.get(f"/{name}/{number}/edit", status=403)


@pytest.mark.parametrize("name", NAMES)
def test_a_visitor_is_sent_to_sign_in(visitor, name):
    assert "/sign-in" in visitor.get(f"/{name}", status=303).headers["Location"]


def test_a_customer_is_entered_and_changed_with_forms(office):
    form = office.get("/customers/new").forms["form-customercreate"]
    form["name"], form["phone"], form["kind"] = "测试中学", "139 0000 0123", "school"
    page = form.submit(status=303).follow()
    assert "测试中学" in page
    assert "139****0123" in page
    assert "13900000123" not in page
    number = re.search(r"/customers/(\d+)", page.request.path)[1]
    form = office.get(f"/customers/{number}/edit").forms["form-customerpatch"]
    assert form["phone"].value == ""
    form["name"], form["address"] = "测试小学", "测试路 1 号"
    page = form.submit(status=303).follow()
    assert "测试小学" in page
    assert "139****0123" in page


def test_what_was_emptied_is_empty_and_a_required_field_is_asked_for(office, world):
    path = f"/sites/{world.sites['one'].id}"
    form = office.get(f"{path}/edit").forms["form-sitepatch"]
    assert form["address"].value == "测试路 1 号"
    form["address"] = ""
    assert "测试路 1 号" not in form.submit(status=303).follow()
    form = office.get(f"{path}/edit").forms["form-sitepatch"]
    form["name"] = " "
    page = form.submit(status=422)
    assert page.html.select_one("form.office-form input[name=name]")["aria-invalid"] == "true"


def test_a_form_that_was_overtaken_is_refused_and_keeps_what_was_typed(office, world):
    path = f"/customers/{world.customers['one'].id}/edit"
    first, second = (office.get(path).forms["form-customerpatch"] for _ in range(2))
    first["name"], second["name"] = "甲", "乙"
    first.submit(status=303)
    page = second.submit(status=409)
    assert page.forms["form-customerpatch"]["name"].value == "乙"


def test_markup_in_a_name_is_shown_as_text(office):
    form = office.get("/customers/new").forms["form-customercreate"]
    form["name"] = "<img src=x onerror=alert(1)>"
    page = form.submit(status=303).follow()
    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text


def test_records_are_offered_by_what_their_list_finds(office, world):
    assert office.get("/customers/options", {"q": "KH1"}).text.count("<option") == 1
    assert "KH3" not in office.get("/customers/options", {"q": "KH"}).text
    assert "disabled" in office.get("/customers/options", {"q": "100%"}).text
    customer = world.customers["one"]
    for words in (customer.name[1:3], customer.phone_tail):
        assert f'value="{customer.id}"' in office.get("/customers/options", {"q": words}).text, words


def test_a_phone_is_revealed_in_place(as_, world):
    person = as_("call_centre").office
    path = f"/customers/{world.customers['one'].id}"
    assert f"{path}/phone" in person.get(path)
    assert person.post_form(f"{path}/phone").text == "139 0000 0001"
    assert f"{path}/phone" not in as_("leader").office.get(path)
