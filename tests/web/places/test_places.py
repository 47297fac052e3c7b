def test_divisions_are_searched_by_name_and_code(as_):
    api = as_("collector").api
    found = api.get("/divisions", q="晋江", status=200).json["items"]
    assert found == [{"code": "350582", "level": "county", "name": "Jinjiang", "full_name": "Jinjiang, Quanzhou, Fujian"}]
    assert [each["code"] for each in api.get("/divisions", q="35", limit=2).json["items"]] == ["35", "3505"]


def test_divisions_are_walked_downward(as_):
    api = as_("collector").api
    assert [each["code"] for each in api.get("/divisions").json["items"]] == ["35", "44"]
    assert [each["code"] for each in api.get("/divisions", parent="3505").json["items"]] == ["350582"]


def test_divisions_need_a_sign_in(anonymous):
    assert anonymous.get("/divisions").status_int == 401


def test_a_search_field_is_given_options_with_full_names(office):
    page = office.get("/divisions/options", {"q": "jin"})
    assert '<option value="350582">晋江市 350582 · 福建省泉州市晋江市</option>' in page
    assert "disabled" in office.get("/divisions/options", {"q": "<x>"})
