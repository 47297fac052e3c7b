"""Choice lists on the pages of the office and over the API, and everything that is made of them."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from tests.web.work import act_form


def buttons(page):
    return {row.select_one("td").text: [each.text for each in row.select("button")] for row in page.html.select("tbody tr")}


def press(client, page, code, label):
    """Press the button of a word's row."""
    for row in page.html.select("tbody tr"):
        if row.select_one("td").text == code:
            for form in row.select("form"):
                if form.select_one("button").text == label:
                    fields = {each["name"]: each["value"] for each in form.select("input")}
                    return client.post(form["action"], fields, status=303).follow()
    raise AssertionError((code, label))


def add(client, name, **values):
    page = client.get(f"/choices/{name}/new")
    form = page.forms["form-newword"]
    for field, value in values.items():
        form[field] = value
    return form.submit(expect_errors=True)


def test_the_lists_are_shown_to_their_keepers_with_who_keeps_which(browser):
    page = browser("quality_engineer").get("/choices")
    rows = {row.select("td")[0].text: [cell.text for cell in row.select("td")] for row in page.html.select("tbody tr")}
    assert rows["Causes"][-1] == "Quality engineer"
    assert rows["Kinds of installation points"][-1] == "Administrator"
    browser("reviewer").get("/choices", status=403)


def test_a_word_goes_through_its_life_on_the_page_of_its_list(browser):
    engineer = browser("quality_engineer")
    page = add(engineer, "causes", code="torsion", zh="扭断", en="Twisted off").follow()
    assert buttons(page)["torsion"] == ["↑", "↓", "Retire", "Remove"]
    assert buttons(page)["other"] == ["↑"]
    page = press(engineer, page, "torsion", "↑")
    codes = [row.select_one("td").text for row in page.html.select("tbody tr")]
    assert codes[-3:] == ["torsion", "unknown", "other"]
    form = engineer.get(page.html.find("a", string="torsion")["href"]).forms["form-word"]
    form["en"] = "Torn by torsion"
    page = form.submit(status=303).follow()
    assert "Torn by torsion" in page
    page = press(engineer, page, "torsion", "Retire")
    assert buttons(page)["torsion"] == ["Take back into use", "Remove"]
    page = press(engineer, page, "torsion", "Remove")
    assert "torsion" not in buttons(page)


def test_what_is_wrong_with_a_word_is_said_at_its_field_and_what_was_typed_is_kept(browser):
    answer = add(browser("quality_engineer"), "causes", code="wear", zh="<b>新</b>", en="New")
    assert answer.status_int == 422
    assert "has the code wear already" in answer
    assert "&lt;b&gt;新&lt;/b&gt;" in answer


def test_who_does_not_keep_a_list_reads_it_without_buttons(browser):
    page = browser("administrator").get("/choices/causes")
    assert not page.html.select("tbody button")
    browser("administrator").get("/choices/causes/new", status=403)
    browser("quality_engineer").get("/choices/site_kinds/new", status=403)
    browser("quality_engineer").get("/choices/no_such_list", status=404)


def test_a_stale_button_says_that_somebody_else_was_quicker(browser):
    engineer = browser("quality_engineer")
    page = engineer.get("/choices/findings")
    press(engineer, page, "design", "↑")
    again = press(engineer, page, "design", "↑")
    assert again.html.select(".alert-danger")


def _of_sites(schema):
    return schema.get("properties", {}).get("kind", {}).get("x-choices") == "site_kinds"


def test_a_new_word_is_in_forms_filters_templates_openapi_and_phone_tables_at_once(browser, as_, deployment):
    administrator = browser("administrator")
    add(administrator, "site_kinds", code="camp", zh="营区", en="Camp", parent="school").follow()
    collector = browser("dispatcher")
    assert "Camp" in collector.get("/sites")
    assert collector.get("/map").html.find(string="Camp")
    document = as_("repairer").api.get("/openapi.json").json
    kinds = [each["properties"]["kind"] for each in document["components"]["schemas"].values() if _of_sites(each)]
    assert len(kinds) >= 2
    assert all("camp" in each["enum"] for each in kinds)
    phone = as_("repairer").api
    hold = next(row for row in phone.get("/workflows/tasks").json["rows"] if row["action"] == "hold")
    assert hold["input"]["properties"]["hold_reason"]["x-choices"] == "hold_reasons"
    add(administrator, "hold_reasons", code="festival", zh="节假日", en="Public holiday").follow()
    hold = next(row for row in phone.get("/workflows/tasks").json["rows"] if row["action"] == "hold")
    assert "festival" in hold["input"]["properties"]["hold_reason"]["enum"]


def test_the_template_of_an_import_offers_what_the_list_offers(browser):
    administrator = browser("administrator")
    add(administrator, "site_kinds", code="camp", zh="营区", en="Camp").follow()
    file = browser("dispatcher").get("/sites/import/template").body
    with ZipFile(BytesIO(file)) as book:
        texts = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "Camp" in texts


def test_a_phone_reads_all_lists_and_then_only_what_has_changed(as_, browser):
    phone = as_("repairer").api
    lists = phone.get("/choices", status=200).json
    causes = next(each for each in lists["items"] if each["name"] == "causes")
    assert {"code": "wear", "zh": "正常磨损", "en": "Ordinary wear", "retired_at": None, "applies_to": []} in causes["words"]
    assert phone.get("/choices", known=lists["token"]).json == {"token": lists["token"], "items": []}
    add(browser("quality_engineer"), "causes", code="torsion", zh="扭断", en="Twisted off").follow()
    newer = phone.get("/choices", known=lists["token"]).json
    assert newer["token"] != lists["token"]
    assert "torsion" in {word["code"] for each in newer["items"] for word in each["words"]}


def test_the_api_adds_changes_moves_retires_and_removes_words(as_):
    api = as_("quality_engineer").api
    made = api.post("/choices/causes/words", {"code": "torsion", "zh": "扭断", "en": "Twisted off"}, status=201)
    address = made.headers["Location"].removeprefix("http://localhost/api/v1").removeprefix("/api/v1")
    word = api.get(address, status=200).json
    assert (word["list"], word["code"], word["version"]) == ("causes", "torsion", 1)
    changed = api.patch(address, {"en": "Torn"}, version=1, status=200).json
    assert (changed["en"], changed["zh"], changed["version"]) == ("Torn", "扭断", 2)
    api.patch(address, {"en": "Torn again"}, version=1, status=412)
    api.post(f"{address}/actions/up", status=200)
    assert api.post(f"{address}/actions/retire", status=200).json["retired_at"] is not None
    api.post(f"{address}/actions/retire", status=409)
    api.post(f"{address}/actions/explode", status=404)
    api.post(f"{address}/actions/remove", status=200)
    api.get(address, status=404)
    api.post("/choices/site_kinds/words", {"code": "camp", "zh": "营区", "en": "Camp"}, status=403)
    api.post("/choices/nothing/words", {"code": "camp", "zh": "营区", "en": "Camp"}, status=404)


def test_a_retired_word_is_not_offered_but_the_form_of_a_record_that_has_it_keeps_it(browser, as_):
    made = as_("call_centre").api.post("/customers", {"name": "某健身房", "kind": "club"}, status=201).json
    administrator = browser("administrator")
    press(administrator, administrator.get("/choices/customer_kinds"), "club", "Retire")
    clerk = browser("call_centre")
    fresh = [option["value"] for option in clerk.get("/customers/new").html.select("select[name=kind] option")]
    assert "club" not in fresh
    form = clerk.get(f"/customers/{made['id']}/edit").forms["form-customerpatch"]
    assert form["kind"].value == "club"
    form["name"] = "某健身俱乐部"
    form.submit(status=303)
    assert "Club" in clerk.get(f"/customers/{made['id']}")
    refused = as_("call_centre").api.post("/customers", {"name": "另一家", "kind": "club"}, status=422).json
    assert "club" in str(refused["errors"]).lower()


def test_a_repair_ends_with_codes_that_fit_the_piece_and_the_pages_show_their_words(browser, as_, started_id):
    task, login = started_id, "repairer"
    engineer = browser("quality_engineer")
    form = engineer.get(engineer.get("/choices/causes").html.find("a", string="water")["href"]).forms["form-word"]
    form["applies_to"] = ["treadmill"]
    form.submit(status=303)
    page = browser(login).get(f"/tasks/{task}/actions/complete")
    offered = [option["value"] for option in page.html.select("select[name=cause_code] option")]
    assert "wear" in offered
    assert "water" not in offered
    form = act_form(browser(login), f"/tasks/{task}/actions/complete")
    form["cause_code"], form["remedy_code"], form["cause"] = "wear", "replaced", "轴承磨损"
    form.submit(status=303)
    shown = browser(login).get(f"/tasks/{task}")
    assert "Ordinary wear: 轴承磨损" in shown
    assert "Part replaced" in shown
    item = as_(login).api.get(f"/tasks/{task}").json
    assert (item["cause_code"], item["remedy_code"], item["cause"]) == ("wear", "replaced", "轴承磨损")
