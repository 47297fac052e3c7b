"""Two customers, or two installation points, that are the same become one: in the office and by the API."""

import pytest

NAMES = ("customers", "sites")


def ids_of(world, name):
    records = {"customers": world.customers, "sites": world.sites}[name]
    return records["one"].id, records["two"].id, records["other"].id


def merge(api, world, name, **body):
    one, two, _other = ids_of(world, name)
    path = f"/{name}/{one}/merge"
    return api.post(path, {"merged_id": two, **body}, headers={"If-Match": '"1"'}, status=200)


@pytest.mark.parametrize("name", NAMES)
def test_from_two_ticked_rows_to_one_record(office, world, name):
    one, two, _other = ids_of(world, name)
    assert f"/{name}/merge" in office.get(f"/{name}")
    page = office.get(f"/{name}/merge?ids={two},{one}", status=200)
    assert f"/{name}/{one}/merge?with={two}" in page
    page = office.get(f"/{name}/{one}/merge?with={two}", status=200)
    moves = {each.dt.get_text(): each.dd.get_text() for each in page.html.select("section.card dl.facts > div")}
    assert moves["器材"] == "2"
    done = _form(page).submit(status=303).follow()
    assert done.request.path == f"/{name}/{one}"
    number = {"customers": "KH2", "sites": "AZ2"}[name]
    assert number in done
    assert number not in office.get(f"/{name}").html.select_one("table.grid").get_text()


def _form(page):
    return next(form for form in page.forms.values() if form.id and "merge" in form.id)


def test_each_field_that_differs_is_chosen_and_phones_stay_masked(office, world):
    one, two, _other = ids_of(world, "customers")
    page = office.get(f"/customers/{one}/merge?with={two}")
    assert "139****0001" in page
    assert "139****0002" in page
    assert "13900000002" not in page.text
    form = _form(page)
    names = {each["name"] for each in page.html.select("table.side-by-side input[type=radio]")}
    assert names == {"phone"}, "all else is the same"
    form["phone"] = "goes"
    done = form.submit(status=303).follow()
    assert "139****0002" in done


def test_what_is_empty_in_the_one_that_stays_is_taken_from_the_other_at_first(as_, office, world):
    one, two, _other = ids_of(world, "customers")
    api = as_("dispatcher").api
    api.patch(f"/customers/{two}", {"address": "只有它有", "email": "b@example.com"}, version=1, status=200)
    page = office.get(f"/customers/{one}/merge?with={two}")
    checked = {each["name"]: each["value"] for each in page.html.select("table.side-by-side input[checked]")}
    assert checked == {"address": "goes", "email": "goes", "phone": "stays"}
    assert "只有它有" in _form(page).submit(status=303).follow()


def test_the_other_record_is_looked_for_from_the_page_of_one(office, world):
    one, two, other = ids_of(world, "customers")
    assert f"/customers/{one}/merge" in office.get(f"/customers/{one}")
    form = _form(office.get(f"/customers/{one}/merge"))
    form["other_id"].force_value(str(one))
    assert "它自己" in form.submit(status=422)
    form["other_id"].force_value(str(other))
    form.submit(status=404)
    form["other_id"].force_value(str(two))
    assert form.submit(status=303).headers["Location"].endswith(f"/customers/{one}/merge?with={two}")


@pytest.mark.parametrize("name", NAMES)
def test_the_old_id_leads_on_in_the_office_and_in_the_api(as_, world, name):
    one, two, _other = ids_of(world, name)
    person = as_("dispatcher")
    merge(person.api, world, name)
    moved = person.office.get(f"/{name}/{two}", status=301)
    assert moved.headers["Location"].endswith(f"/{name}/{one}")
    assert moved.follow().status_int == 200
    answer = person.api.get(f"/{name}/{two}", status=301)
    assert answer.headers["Location"].endswith(f"/api/v1/{name}/{one}")
    assert (answer.json["code"], answer.json["merged_into_id"]) == ("merged", one)
    refused = person.api.patch(f"/{name}/{two}", {"name": "甲"}, version=2, status=409).json
    assert (refused["code"], refused["merged_into_id"]) == ("merged", one)
    assert as_("dispatcher_other").api.get(f"/{name}/{two}").status_int == 404


@pytest.mark.parametrize(("name", "number"), [("customers", "KH2"), ("sites", "AZ2")])
def test_the_old_number_finds_the_one_that_stays(as_, world, name, number):
    one, _two, _other = ids_of(world, name)
    person = as_("dispatcher")
    merge(person.api, world, name)
    for text in (number, number.lower()):
        assert [each["id"] for each in person.api.get(f"/{name}?q={text}", status=200).json["items"]] == [one]
    assert f'value="{one}"' in person.office.get(f"/{name}/options?q={number}")
    assert as_("dispatcher_other").api.get(f"/{name}?q={number}").json["items"] == []


def test_every_list_that_is_filtered_by_the_old_id_shows_what_belongs_to_the_one_that_stays(as_, app, world, count_requests_sql):
    person, other = as_("dispatcher"), as_("dispatcher_other")
    asked = {"customers": ("customer_id", "KH1"), "sites": ("site_id", "AZ1")}
    for name in NAMES:
        one, two, _other = ids_of(world, name)
        parameter, number = asked[name]
        known = [each for each, _route in app.registry.listings.values()]
        lists = [each for each in known if any(question.name == parameter for question in each.filters)]
        assert len(lists) > 3, "or the test looks at nothing"
        merge(person.api, world, name)
        for listing in lists:
            path = listing.name.replace("_", "-")
            with count_requests_sql() as by_new:
                now = person.api.get(f"/{path}?{parameter}={one}&total=true", status=200).json
            with count_requests_sql() as by_old:
                before = person.api.get(f"/{path}?{parameter}={two}&total=true", status=200).json
            assert before == now, listing.name
            assert by_old.count <= by_new.count, "the old id costs no statement more"
            assert other.api.get(f"/{path}?{parameter}={two}").json["items"] == []
        shown = person.office.get(f"/equipment?{parameter}={two}", status=200)
        assert shown.html.select("table.grid tbody tr")
        labelled = person.office.get(f"/tasks?{parameter}={two}", status=200)
        assert number in labelled, "the filter says whom it stands for"


def test_the_map_that_is_filtered_by_the_old_customer_shows_the_sites_of_the_one_that_stays(as_, world):
    one, two, _other = ids_of(world, "customers")
    person, view = as_("dispatcher"), "bbox=118,24,119,25&zoom=16"
    merge(person.api, world, "customers")
    by_new, by_old = (person.api.get(f"/map?{view}&customer_id={each}", status=200).json for each in (one, two))
    assert by_old == by_new
    assert len(by_old["features"]) == 2
    assert "KH1" in person.office.get(f"/map?customer_id={two}")


def test_it_is_gone_from_lists_counts_exports_and_the_map(as_, world):
    one, _two, _other = ids_of(world, "sites")
    person = as_("dispatcher")
    merge(person.api, world, "sites")
    assert [each["id"] for each in person.api.get("/sites?total=true").json["items"]] == [one]
    assert person.api.get("/sites?total=true").json["total"] == 1
    found = person.api.get("/map?bbox=118,24,119,25&zoom=16", status=200).json["features"]
    assert [each["id"] for each in found] == [f"site-{one}"]
    pieces = person.api.get(f"/equipment?site_id={one}").json["items"]
    assert len(pieces) == 4


def test_a_piece_of_the_site_that_went_is_still_found_by_its_label(as_, world, anonymous):
    merge(as_("dispatcher").api, world, "sites")
    assert anonymous.app.get(f"/q/{world.pieces['two_1'].code}", status=200)


def test_the_feed_tells_that_it_is_gone_to_whoever_saw_it_and_to_nobody_else(as_, world):
    _one, two, _other = ids_of(world, "sites")
    people = {name: as_(name).api for name in ("call_centre", "agent_manager_2", "agent_manager", "dispatcher_other")}
    cursors = {name: api.get("/changes").json["cursor"] for name, api in people.items()}
    merge(as_("dispatcher").api, world, "sites")
    told = {}
    for name, api in people.items():
        items = api.get(f"/changes?since={cursors[name]}").json["items"]
        told[name] = [each["gone"] for each in items if (each["kind"], each["record_id"]) == ("site", two)]
    assert told == {"call_centre": [True], "agent_manager_2": [True], "agent_manager": [], "dispatcher_other": []}


@pytest.mark.parametrize("name", NAMES)
def test_bad_requests_are_told_by_field_and_change_nothing(as_, world, name):
    one, two, other = ids_of(world, name)
    api, path = as_("dispatcher").api, f"/{name}/{one}/merge"
    match = {"If-Match": '"1"'}
    for body, status, said in (
        ({}, 422, "merged_id"),
        ({"merged_id": one}, 422, "merged_id"),
        ({"merged_id": two, "take": ["number"]}, 422, "take"),
        ({"merged_id": two, "merged_version": 9}, 412, None),
        ({"merged_id": other}, 404, None),
        ({"merged_id": 987654}, 404, None),
        ({"merged_id": two, "name": "甲"}, 422, "name"),
    ):
        answer = api.post(path, body, headers=match)
        assert answer.status_int == status, body
        assert said is None or said in answer.json["errors"]
    assert api.post(path, {"merged_id": two}, headers={"If-Match": '"7"'}).status_int == 412
    assert api.get(f"/{name}/{two}", status=200).json["version"] == 1


def test_the_same_request_again_has_the_first_answer(as_, world):
    one, two, _other = ids_of(world, "customers")
    api, key = as_("dispatcher").api, "7f3b2c9e-1111-4222-8333-444455556666"
    first, again = (
        api.post(f"/customers/{one}/merge", {"merged_id": two}, key=key, headers={"If-Match": '"1"'}, status=200)
        for _ in range(2)
    )
    assert first.json == again.json


def test_a_form_that_was_overtaken_shows_how_both_are_now(as_, office, world):
    one, two, _other = ids_of(world, "customers")
    form = _form(office.get(f"/customers/{one}/merge?with={two}"))
    as_("call_centre").api.patch(f"/customers/{two}", {"address": "刚改的"}, version=1, status=200)
    page = form.submit(status=409)
    assert "刚改的" in page
    _form(page).submit(status=303)


def test_who_was_second_to_merge_is_told(as_, office, world):
    one, two, _other = ids_of(world, "customers")
    form = _form(office.get(f"/customers/{two}/merge?with={one}"))
    merge(as_("dispatcher").api, world, "customers")
    page = form.submit(status=409)
    assert "已合并到另一条" in page
    assert f"/customers/{one}" in page


def test_possible_duplicates_are_listed_and_named_on_the_record(as_, office, world):
    one, two, _other = ids_of(world, "customers")
    page = office.get("/customers/twins", status=200)
    assert f"/customers/{one}/merge?with={two}" in page
    assert "/customers/twins" in office.get("/customers")
    assert f"/customers/{one}/merge?with={two}" in office.get(f"/customers/{one}")
    items = as_("dispatcher").api.get("/customers/twins", status=200).json["items"]
    assert items == [{"first_id": one, "second_id": two, "reason": "name", "metres": None}]
    assert office.get("/sites/twins", status=200)
    assert "/customers/twins" not in as_("call_centre").office.get("/customers")


def test_ticking_one_or_three_rows_is_no_pair(office, world):
    one, _two, _other = ids_of(world, "customers")
    assert "正好勾选两行" in office.get(f"/customers/merge?ids={one}", status=422)


def test_pages_send_the_same_statements_whatever_there_is_to_merge(office, world, count_requests_sql):
    one, two, _other = ids_of(world, "customers")
    with count_requests_sql() as few:
        office.get(f"/customers/{one}/merge?with={two}")
    for number in range(4):
        office.post_form("/customers/new", {"name": "测试客户", "kind": "government", "phone": f"1390000010{number}"}, status=303)
    with count_requests_sql() as first:
        office.get("/customers/twins")
    assert few.count < 60
    for number in range(4):
        office.post_form("/customers/new", {"name": "测试客户", "kind": "government", "phone": f"1390000020{number}"}, status=303)
    with count_requests_sql() as second:
        office.get("/customers/twins")
    assert first.count == second.count


@pytest.mark.parametrize("name", NAMES)
def test_two_that_are_not_the_same_are_marked_in_the_office_and_it_is_taken_back(as_, office, world, name):
    one, two, _other = ids_of(world, name)
    page = office.get(f"/{name}/{one}/merge?with={two}")
    assert f"/{name}/{one}/distinct?with={two}" in page
    form = office.get(f"/{name}/{one}/distinct?with={two}", status=200).forms["form-notthesame"]
    form["reason"] = ""
    form = form.submit(status=422).forms["form-notthesame"]
    form["reason"] = "南门与北门"
    listed = form.submit(status=303).follow()
    assert listed.request.path == f"/{name}/twins"
    table = listed.html.find("h2", string="不是同一个").find_parent("section").get_text(" ")
    for shown in ("南门与北门", "测试·dispatcher", "2026-11-22"):
        assert shown in table
    assert f"/{name}/{one}/merge?with={two}" not in listed
    assert "南门与北门" in office.get(f"/{name}/{two}")
    compared = office.get(f"/{name}/{one}/merge?with={two}", status=200)
    assert "测试·dispatcher" in compared.html.select_one("div.alert").get_text()
    assert _form_or_none(compared) is None, "what is not the same is not merged"
    back = next(each for each in compared.forms.values() if each.action.endswith("/take-back")).submit(status=303).follow()
    assert _form_or_none(back) is not None
    assert "南门与北门" not in office.get(f"/{name}/twins")


def _form_or_none(page):
    return next((form for form in page.forms.values() if form.id and "merge" in form.id), None)


@pytest.mark.parametrize("name", NAMES)
def test_by_the_api_too_once_for_each_key(as_, world, name):
    one, two, other = ids_of(world, name)
    api, key = as_("dispatcher").api, "7f3b2c9e-2222-4222-8333-444455556666"
    body = {"other_id": two, "reason": "两处"}
    first, again = (api.post(f"/{name}/{one}/distinct", body, key=key, status=201).json for _ in range(2))
    assert first == again
    assert (first["other_id"], first["reason"], first["decided_by"]) == (two, "两处", "测试·dispatcher")
    assert [each["other_id"] for each in api.get(f"/{name}/{two}/distinct", status=200).json["items"]] == [one]
    assert api.get(f"/{name}/twins").json["items"] == []
    assert "merged_id" in api.post(f"/{name}/{one}/merge", {"merged_id": two}, status=422).json["errors"]
    assert "other_id" in api.post(f"/{name}/{two}/distinct", {"other_id": one, "reason": "两处"}, status=422).json["errors"]
    api.post(f"/{name}/{one}/distinct", {"other_id": other, "reason": "两处"}, status=404)
    as_("dispatcher_other").api.delete(f"/{name}/{one}/distinct/{two}", status=404)
    api.delete(f"/{name}/{two}/distinct/{one}", status=204)
    assert api.get(f"/{name}/{two}/distinct").json["items"] == []
    api.delete(f"/{name}/{two}/distinct/{one}", status=404)
    merge(api, world, name)
