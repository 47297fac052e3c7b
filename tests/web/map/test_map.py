import json
import re
from html import unescape

import pytest

CHINA = "73,17,136,54"


def features(person, **query):
    return person.api.get("/map", bbox=CHINA, zoom=4, status=200, **query).json["features"]


def test_a_popup_shows_customer_pieces_models_and_serials(as_, world):
    found = features(as_("agent_manager"))
    assert [each["id"] for each in found] == [f"site-{world.sites['one'].id}"]
    properties = found[0]["properties"]
    assert (properties["title"], properties["kind"], properties["state"], properties["state_label"]) == (
        "测试公园",
        "park",
        "normal",
        "Normal",
    )
    assert properties["url"] == f"/sites/{world.sites['one'].id}"
    rows = {each["label"]: each["value"] for each in properties["rows"]}
    assert rows["Customer"] == "测试客户"
    assert rows["Pieces"] == "2"
    assert rows["Models"] == "太空漫步机 × 2"
    assert rows["Equipment"] == "CP1-1 (SN11), CP1-2 (SN12)"


def test_the_map_is_geojson_in_wgs_84(as_, world):
    answer = as_("agent_manager").api.get("/map", bbox=CHINA, zoom=4).json
    assert answer["type"] == "FeatureCollection"
    assert answer["features"][0]["geometry"] == {"type": "Point", "coordinates": [118.575, 24.807]}


def test_everybody_sees_their_own_sites(as_):
    counts = {
        login: len(features(as_(login)))
        for login in ("dispatcher", "dispatcher_other", "repairer_2", "customer", "administrator")
    }
    assert counts == {"dispatcher": 2, "dispatcher_other": 1, "repairer_2": 1, "customer": 1, "administrator": 3}
    assert as_("auditor").api.get("/map", bbox=CHINA, zoom=4).status_int == 403


def test_filters_narrow_the_map(as_, world):
    person = as_("dispatcher")
    as_("inspector").api.act(f"/equipment/{world.pieces['one_1'].id}", "stop_use", {"reason": "立柱松动"}, status=200)
    assert [each["properties"]["state"] for each in features(person, state="out_of_use")] == ["out_of_use"]
    assert len(features(person, kind="school")) == 0
    assert len(features(person, division="3505")) == 2
    assert len(features(person, project_id=world.sites["two"].project_id)) == 1
    assert len(features(person, installed_from="2020-01-01")) == 0


def test_open_requests_are_a_layer_of_their_own(as_, world):
    made = (
        as_("call_centre")
        .api.post(
            "/repairs",
            {
                "symptom": "踏板松动",
                "caller_name": "陈测试",
                "caller_phone": "13900000055",
                "equipment_id": world.pieces["one_1"].id,
            },
            status=201,
        )
        .json
    )
    found = features(as_("dispatcher"), layer="repairs")
    assert [(each["id"], each["properties"]["state"]) for each in found] == [(f"repair-{made['id']}", "pending_review")]
    assert "13900000055" not in str(found)
    assert len(features(as_("dispatcher"))) == 3
    assert features(as_("dispatcher"), layer="repairs", project_id=world.sites["two"].project_id) == []
    assert as_("repairer").api.get("/map", bbox=CHINA, zoom=4, layer="repairs").status_int == 403


@pytest.mark.parametrize("query", [{}, {"bbox": "1,2,3"}, {"zoom": "x"}, {"state": "sad"}, {"layer": "moon"}, {"colour": "red"}])
def test_a_view_that_is_none_is_refused(as_, query):
    sent = {"bbox": CHINA, "zoom": 4, **query} if query else {}
    assert as_("dispatcher").api.get("/map", **sent).status_int == 422


def test_the_map_takes_few_statements(as_, count_requests_sql):
    person = as_("administrator")
    features(person)
    with count_requests_sql() as sql:
        features(person)
    assert sql.count <= 11, sql.statements


def test_the_page_carries_source_legend_and_a_base_map(office):
    page = office.get("/map", status=200)
    holder = re.search(r'<div class="map-fill"[^>]*>', page.text)[0]
    attribute = lambda name: unescape(re.search(f'{name}="([^"]*)"', holder)[1])  # noqa: E731
    assert attribute("data-source") == "/api/v1/map"
    legend = json.loads(attribute("data-legend"))
    assert {each["shape"] for each in legend["kinds"]} >= {"circle", "star"}
    assert len({(each["colour"], each["sign"]) for each in legend["states"][:9]}) == 9
    (basemap,) = json.loads(attribute("data-basemaps"))
    assert (basemap["name"], basemap["note"], basemap["datum"]) == ("outline", "示意图", "wgs84")
    west, south, east, north = map(float, attribute("data-bounds").split(","))
    assert west < 118.575 < east
    assert south < 24.807 < north


def test_the_page_keeps_the_filters_of_its_address(office, world):
    page = office.get(f"/map?state=faulty&division=3505&project_id={world.sites['one'].project_id}&at=118.5,24.8")
    assert 'value="faulty" checked' in page
    assert "GC1" in page
    assert 'data-bounds="118.49,' in page


def test_the_page_is_for_who_may_see_sites(as_, visitor):
    as_("auditor").office.get("/map", status=403)
    visitor.get("/map", status=303)


def test_requests_of_one_place_share_a_marker(as_, world):
    caller = {"caller_name": "陈测试", "caller_phone": "13900000055", "equipment_id": world.pieces["one_1"].id}
    for symptom in ("踏板松动", "立柱生锈"):
        as_("call_centre").api.post("/repairs", {**caller, "symptom": symptom}, status=201)
    (feature,) = features(as_("dispatcher"), layer="repairs")
    properties = feature["properties"]
    assert properties["title"] == "2 open requests"
    assert properties["url"] == f"/repairs?site_id={world.sites['one'].id}"
    assert [each["value"].partition(" · ")[2] for each in properties["rows"][1:]] == ["立柱生锈", "踏板松动"]
