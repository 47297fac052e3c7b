"""Customers, projects and models over the API; sites and equipment share what is shown here."""

import uuid

import pytest

CUSTOMER = {"name": "测试中学", "kind": "school", "phone": "139 0000 0123", "division_code": "350582", "fax": "0595-0000 0001"}


def test_a_customer_is_added_read_changed_and_listed(as_):
    api = as_("dispatcher").api
    made = api.post("/customers", CUSTOMER, status=201)
    assert made.headers["Location"].endswith(f"/customers/{made.json['id']}")
    assert made.headers["ETag"] == '"1"'
    assert (made.json["phone"], made.json["fax"]) == ("139****0123", "0595******01")
    assert made.json["division"] == "Jinjiang, Quanzhou, Fujian"
    changed = api.patch(f"/customers/{made.json['id']}", {"name": "测试小学", "address": None}, version=1, status=200)
    assert (changed.json["name"], changed.json["version"]) == ("测试小学", 2)
    listed = api.get("/customers", q="测试小学", status=200).json
    assert [(each["number"], each["phone"], each["sites"]) for each in listed["items"]] == [
        (made.json["number"], "139****0123", 0)
    ]


def test_a_repeated_key_adds_one_customer(as_):
    api, key = as_("dispatcher").api, str(uuid.uuid4())
    first, second = (api.post("/customers", CUSTOMER, key=key, status=201) for _ in range(2))
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert api.post("/customers", {**CUSTOMER, "name": "乙"}, key=key).status_int == 422


def test_a_patch_needs_the_version_that_was_seen(as_, world):
    api, path = as_("dispatcher").api, f"/customers/{world.customers['one'].id}"
    assert api.patch(path, {"name": "甲"}).status_int == 428
    assert api.patch(path, {"name": "甲"}, version=9).status_int == 412
    assert api.patch(path, {"name": None}, version=1).json["errors"]["name"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({**CUSTOMER, "phone": "139****0123"}, "phone"),
        ({**CUSTOMER, "colour": "red"}, "colour"),
        ({"name": 7}, "name"),
    ],
)
def test_bad_input_is_answered_by_field(as_, body, field):
    answer = as_("dispatcher").api.post("/customers", body, status=422)
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize("name", ["customers", "projects", "sites", "equipment"])
def test_records_outside_the_scope_are_not_found(as_, world, name):
    record = {
        "customers": world.customers["one"].id,
        "projects": world.sites["one"].project_id,
        "sites": world.sites["one"].id,
        "equipment": world.pieces["one_1"].id,
    }[name]
    other = as_("dispatcher_other").api
    absent = other.get(f"/{name}/999999999", status=404).json
    hidden = other.get(f"/{name}/{record}", status=404).json
    assert {**absent, "request_id": "", "instance": ""} == {**hidden, "request_id": "", "instance": ""}
    assert other.patch(f"/{name}/{record}", {"note": "x"}, version=1).status_int == 404
    assert record not in [each["id"] for each in other.get(f"/{name}", status=200).json["items"]]


@pytest.mark.parametrize("name", ["customers", "projects", "models", "sites", "equipment"])
def test_strangers_are_asked_to_sign_in_and_readers_cannot_write(anonymous, as_, name):
    unseen = anonymous.get(f"/{name}")
    assert unseen.status_int == 401 or unseen.json["items"] == []
    assert as_("leader").api.get(f"/{name}").status_int == 200
    assert as_("leader").api.post(f"/{name}", {"name": "甲"}).status_int == 403
    assert as_("auditor").api.get(f"/{name}").status_int == 403


@pytest.mark.parametrize("name", ["customers", "projects", "models", "sites", "equipment"])
def test_a_list_takes_few_statements_whatever_its_length(as_, count_requests_sql, name):
    api = as_("administrator").api
    api.get(f"/{name}")
    with count_requests_sql() as sql:
        assert len(api.get(f"/{name}", status=200).json["items"]) > 0
    assert sql.count <= 4, sql.statements


def test_lists_page_by_cursor_and_filter(as_):
    api = as_("administrator").api
    first = api.get("/equipment", limit=4, sort="number", total="true", status=200).json
    second = api.get("/equipment", limit=4, sort="number", cursor=first["next"], status=200).json
    assert first["total"] == 6
    assert [each["number"] for each in first["items"] + second["items"]] == ["CP1-1", "CP1-2", "CP2-1", "CP2-2", "CP3-1", "CP3-2"]
    assert {each["number"] for each in api.get("/sites", division="44", status=200).json["items"]} == {"AZ3"}
    assert api.get("/sites", colour="red").status_int == 422


def test_a_project_tells_its_products_and_points(as_, world):
    project = as_("dispatcher").api.get(f"/projects/{world.sites['one'].project_id}", status=200).json
    assert project["sites"] == 1
    assert [(each["number"], each["pieces"]) for each in project["products"]] == [("TEST-01", 2)]


def test_a_phone_is_revealed_to_who_may_see_it(as_, world):
    path = f"/customers/{world.customers['one'].id}/phone"
    assert as_("call_centre").api.post(path, status=200).json == {"phone": "13900000001"}
    assert as_("leader").api.post(path).status_int == 403
    assert as_("call_centre_other").api.post(path).status_int == 404


def test_a_caller_is_looked_up(as_):
    api = as_("call_centre").api
    assert [each["customer_number"] for each in api.get("/callers", phone="0001", status=200).json["items"]] == ["KH1"]
    assert api.get("/callers", phone="12").status_int == 422
    assert api.get("/callers").status_int == 422
    assert as_("repairer").api.get("/callers", phone="0001").status_int == 403


def test_models_are_read_by_the_whole_house_and_written_by_few(as_):
    data = {"name": "扭腰器", "type": "twister", "warranty_months": 24}
    made = as_("dispatcher").api.post("/models", data, status=201).json
    assert (made["type_label"], made["number"][:2]) == ("Waist twister", "XH")
    assert as_("repairer").api.get(f"/models/{made['id']}", status=200).json["name"] == "扭腰器"
    assert as_("repairer").api.patch(f"/models/{made['id']}", {"name": "乙"}, version=1).status_int == 403
