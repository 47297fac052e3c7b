"""Lists of pieces whose warranty or safe life ends soon."""

from __future__ import annotations

from datetime import date

from shuhua_core.sites.models import Equipment


def test_the_list_shows_what_ends_within_months_and_what_is_past(deployment, world, as_):
    with deployment.database.write() as session:
        session.get_one(Equipment, world.pieces["one_1"].id).warranty_to = date(2026, 12, 31)
        session.get_one(Equipment, world.pieces["one_2"].id).safe_life_to = date(2026, 1, 1)
    api = as_("dispatcher").api

    def listed(**query):
        return {item["id"] for item in api.get("/equipment", status=200, **query).json["items"]}

    assert listed(warranty_ends="3") == {world.pieces["one_1"].id}
    assert listed(safe_life_ends="past") == {world.pieces["one_2"].id}
    assert api.get("/equipment", warranty_ends="7").status_int == 422
