import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from shuhua_core.kernel.errors import Invalid
from shuhua_core.places.morton import Box
from shuhua_core.places.positions import set_position
from shuhua_core.sites.map_queries import CELLS_ACROSS, SiteFilter, View, look_at_sites, read_view
from shuhua_core.sites.models import Site
from shuhua_core.sites.queries import site_points

MADE = datetime(2026, 1, 1, tzinfo=UTC)
CHINA = Box(73, 17, 136, 54)
QUANZHOU = Box(118, 24.5, 119, 25.2)


def add_sites(ctx, world, count=400):
    """Sites on a grid near the world's first one, in three states."""
    made = []
    for number in range(count):
        site = Site(
            number=f"M{number}",
            name=f"点 {number}",
            kind="path" if number % 2 else "park",
            division_code="350582",
            project_id=world.sites["one"].project_id if number % 3 == 0 else None,
            organisation_path=world.units["agent" if number < count // 2 else "agent_2"].path,
            installed_on=date(2020 + number % 5, 1, 1),
            state=("normal", "faulty", "out_of_use")[number % 3],
            state_at=MADE,
            created_at=MADE,
            updated_at=MADE,
        )
        position = {"longitude": 118.5 + number % 20 * 0.01, "latitude": 24.7 + number // 20 * 0.01}
        set_position(site, {**position, "datum": "wgs84", "accuracy": None, "source": "import"})
        made.append(site)
    ctx.session.add_all(made)
    ctx.session.flush()
    return made


def counted(sight):
    return sum(cluster.count for cluster in sight.clusters) + len(sight.points)


def test_many_sites_come_as_clusters_that_lose_none(as_user, ctx, world):
    made = add_sites(ctx, world)
    sight = look_at_sites(as_user("dispatcher"), View(CHINA, 4), SiteFilter())
    assert sight.total == counted(sight) == len(made) + 2
    states = sum((Counter(cluster.states) for cluster in sight.clusters), Counter())
    assert states["out_of_use"] == 133
    for cluster in sight.clusters:
        assert 118.4 < cluster.longitude < 118.8
        assert 24.6 < cluster.latitude < 25.0


def test_few_sites_come_as_points(as_user, world):
    sight = look_at_sites(as_user("dispatcher"), View(CHINA, 4), SiteFilter())
    assert (sight.total, sight.clusters) == (2, ())
    assert set(sight.points) == {world.sites["one"].id, world.sites["two"].id}


def test_a_closer_view_has_what_lies_in_its_box_and_nothing_else(as_user, ctx, world):
    made = add_sites(ctx, world)
    box = Box(118.545, 24.745, 118.6, 24.82)
    sight = look_at_sites(as_user("dispatcher"), View(box, 12), SiteFilter())
    inside = {site.id for site in made if box.west <= site.longitude <= box.east and box.south <= site.latitude <= box.north}
    assert set(sight.points) == inside | {world.sites["one"].id, world.sites["two"].id}


def test_the_map_obeys_the_scope(as_user, ctx, world):
    add_sites(ctx, world)
    seen = {
        login: look_at_sites(as_user(login), View(CHINA, 4), SiteFilter()).total
        for login in ("agent_manager", "repairer_2", "authority")
    }
    assert seen == {"agent_manager": 201, "repairer_2": 201, "authority": 402}
    assert look_at_sites(as_user("dispatcher_other"), View(CHINA, 4), SiteFilter()).points == [world.sites["other"].id]
    assert look_at_sites(as_user("customer"), View(CHINA, 4), SiteFilter()).points == [world.sites["one"].id]
    assert look_at_sites(as_user("auditor"), View(CHINA, 4), SiteFilter()).total == 0


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (SiteFilter(division="35"), 402),
        (SiteFilter(division="3501"), 0),
        (SiteFilter(states={"faulty", "out_of_use"}), 266),
        (SiteFilter(kinds={"path"}), 200),
        (SiteFilter(installed_from=date(2021, 1, 1), installed_to=date(2022, 12, 31)), 160),
        (SiteFilter(states={"faulty"}, kinds={"path"}, division="350582"), 67),
    ],
)
def test_filters_combine(as_user, ctx, world, chosen, expected):
    add_sites(ctx, world)
    assert look_at_sites(as_user("dispatcher"), View(CHINA, 4), chosen).total == expected


def test_a_project_narrows_the_map(as_user, ctx, world):
    add_sites(ctx, world)
    sight = look_at_sites(as_user("dispatcher"), View(CHINA, 4), SiteFilter(project_id=world.sites["one"].project_id))
    assert sight.total == 135


def test_a_site_without_a_position_is_not_on_the_map(as_user, ctx, world):
    set_position(world.sites["one"], None)
    ctx.session.flush()
    assert look_at_sites(as_user("dispatcher"), View(CHINA, 4), SiteFilter()).points == [world.sites["two"].id]


def test_a_view_across_the_date_line_finds_both_sides(as_user, ctx, world):
    for site, longitude in ((world.sites["one"], 179.5), (world.sites["two"], -179.5)):
        set_position(site, {"longitude": longitude, "latitude": -17, "datum": "wgs84", "accuracy": None, "source": "import"})
    ctx.session.flush()
    assert look_at_sites(as_user("dispatcher"), View(Box(179, -20, -179, -15), 8), SiteFilter()).total == 2


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.integers(0, 26))
def test_no_view_is_cut_into_more_cells_than_a_screen_holds(west, south, east, north, zoom):
    view = View(Box(west, min(south, north), east, max(south, north)), zoom)
    width = east - west if east > west else east - west + 360
    assert width / 360 * 2**view.cell_zoom <= CELLS_ACROSS + 1


@pytest.mark.parametrize(
    ("bbox", "zoom", "field"),
    [
        (None, "4", "bbox"),
        ("1,2,3", "4", "bbox"),
        ("1,2,3,x", "4", "bbox"),
        ("nan,2,3,4", "4", "bbox"),
        ("1,20,3,4", "4", "bbox"),
        ("-181,2,3,4", "4", "bbox"),
        ("1,2,3,4", None, "zoom"),
        ("1,2,3,4", "-1", "zoom"),
        ("1,2,3,4", "27", "zoom"),
        ("1,2,3,4", "4.5", "zoom"),
        ("1,2,3,4", "４", "zoom"),
        ("1,2,3,4", "9" * 5000, "zoom"),
    ],
)
def test_a_view_that_is_none_is_refused(bbox, zoom, field):
    with pytest.raises(Invalid) as error:
        read_view(bbox, zoom)
    assert list(error.value.errors) == [field]


def test_a_view_is_read():
    assert read_view("118.5,24.5,118.75,25", "12") == View(Box(118.5, 24.5, 118.75, 25), 12)


def test_popups_take_three_statements_and_name_customer_models_and_serials(ctx, world, count_sql):
    with count_sql() as sql:
        points = site_points(ctx.session, [site.id for site in world.sites.values()])
    assert len(sql.statements) == 3
    one = points[0]
    assert (one.customer, one.project, one.pieces, one.models) == ("测试客户", "测试工程", 2, {"太空漫步机": 2})
    assert one.serials == (("CP1-1", "SN11"), ("CP1-2", "SN12"))


@pytest.fixture
def plan(ctx):
    """Gives the database's plan of the clusters of a view, as lines."""

    def explain(acting_ctx, view, chosen):
        sent = []
        engine = ctx.deployment.database.engine
        note = lambda _connection, _cursor, statement, parameters, *_rest: sent.append((statement, parameters))  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        look_at_sites(acting_ctx, view, chosen)
        event.remove(engine, "before_cursor_execute", note)
        statement, parameters = next(each for each in sent if "GROUP BY" in each[0] and "JOIN" in each[0])
        return [row[3] for row in ctx.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]

    return explain


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        (SiteFilter(), "ix_sites_map"),
        (SiteFilter(states={"faulty", "out_of_use"}), "ix_sites_map_state"),
        (SiteFilter(project_id=1), "ix_sites_map_project"),
        (SiteFilter(division="35"), "ix_sites_map"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_covering_index_answers_the_map(as_user, plan, chosen, index):
    lines = plan(as_user("dispatcher"), View(QUANZHOU, 12), chosen)
    searched = [line for line in lines if "ix_sites" in line]
    assert len(searched) == 1, lines
    assert re.search(rf"COVERING INDEX {index} \(.*morton>", searched[0]), lines


@pytest.mark.parametrize("chosen", [SiteFilter(), SiteFilter(kinds={"park"}), SiteFilter(division="35")])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_kept_cells_answer_a_view_of_the_country(as_user, plan, chosen):
    lines = plan(as_user("dispatcher"), View(CHINA, 4), chosen)
    (searched,) = [line for line in lines if "site_cells" in line]
    assert "USING PRIMARY KEY (zoom=? AND cell>? AND cell<?)" in searched, lines
